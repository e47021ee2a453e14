//! What the README shows is what the program prints.

use std::path::Path;
use std::process::Command;

/// `<!-- output: ARGS -->` and the fenced block below it.
const MARK: &str = "<!-- output: ";

#[test]
fn shown_output_is_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let mut text = std::fs::read_to_string(&path).unwrap();
    let mut from = 0;
    let mut shown = 0;
    while let Some(at) = text[from..].find(MARK) {
        let args_at = from + at + MARK.len();
        let args_end = args_at + text[args_at..].find(" -->").unwrap();
        let block_at = args_end + text[args_end..].find("```text\n").unwrap() + "```text\n".len();
        let block_end = block_at + text[block_at..].find("```\n").unwrap();
        let args: Vec<String> = text[args_at..args_end].split_whitespace().map(str::to_owned).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_preflight"))
            .args(&args)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        let actual = String::from_utf8(output.stdout).unwrap();
        if actual != text[block_at..block_end] {
            assert!(
                std::env::var_os("BLESS").is_some(),
                "`preflight {}` prints (BLESS=1 rewrites the README):\n{actual}",
                args.join(" ")
            );
            text.replace_range(block_at..block_end, &actual);
            std::fs::write(&path, &text).unwrap();
        }
        shown += 1;
        from = block_at;
    }
    assert!(shown > 0, "the README shows no output");
}
