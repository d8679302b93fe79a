//! Makes the program new when a file that is embedded in it changes: the macro that embeds folders
//! does not notice files that are added.

fn main() {
    let embedded = [
        "content",
        "explanations",
        "forms",
        "messages",
        "starter",
        "themes",
    ];
    for folder in embedded {
        println!("cargo::rerun-if-changed={folder}");
    }
}
