//! temp
fn main() {
    let root = std::env::args().nth(1).unwrap_or(".".into());
    let (portal, diagnostics) = meldwijzer::cli::portal::assemble(std::path::Path::new(&root), &|n| std::env::var(n).ok(), jiff::civil::date(2026,11,22));
    let c = meldwijzer::message::Catalogue::of_program(meldwijzer::language::Language::Nl);
    for d in &diagnostics {
        let args: Vec<_> = d.arguments.iter().map(|(a,b)|(*a,b.as_str())).collect();
        let p = d.place.as_ref().map(|p| format!("{}:{}:{}", p.path,p.line,p.column)).unwrap_or_default();
        println!("{:?} {p} {} {} | {}", d.severity, d.code, c.text(d.code,&args), c.text(&format!("{}.hint", d.code),&args));
    }
    if let Some(p) = portal { meldwijzer::site::outputs::write(&p.outputs, std::path::Path::new("/tmp/public")).unwrap(); println!("{} outputs", p.outputs.len()); }
}
