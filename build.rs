//! Makes the program new when a file that is embedded in it changes: the macro that embeds folders
//! does not notice files that are added.

fn main() {
    for folder in ["content", "forms", "messages", "starter", "themes"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
