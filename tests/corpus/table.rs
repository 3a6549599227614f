//! `docs/compatibility.md`: made of the entries, and of what is composed of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use tempfile::NamedTempFile;
use vfs_tests::case::{Form, Host};
use vfs_tests::{compose, normalise, paths};
use wasmparser::Parser;

use crate::build::Source;
use crate::imports;
use crate::program::{Program, What, as_component};

const HEAD: &str = "\
# What composes

The tests compose these programs in both forms and run them without any host directory. Each must print what
it prints on a host directory and end with the same exit code; for programs marked *tree*, the files that it
leaves must also be the same. `tests/corpus` has the programs and says how to add one. `just bless` generates
this page.

";

/// The text whose last section this page has too: what was tried in vain.
const README: &str = include_str!("programs/README.md");

/// Sizes may be off by one part in so many: a compiler or a version of ours more, and they move a little.
const TOLERANCE: f64 = 10.0;

/// The page is what it would be if it were made now; where this run has some programs only, what it says of those is.
///
/// # Errors
/// It is not, or a program cannot be composed.
pub fn check(programs: &[Arc<Program>]) -> Result<()> {
    let asked: Vec<_> = programs.iter().filter(|program| program.entry.spec.extent.is_asked_for()).cloned().collect();
    let made = page(&asked)?;
    let path = paths::repository().join("docs/compatibility.md");
    let everything = asked.len() == programs.len();
    if normalise::bless() {
        ensure!(everything, "the page is made of all programs: `TESTS=all`");
        return Ok(fs::write(path, made)?);
    }
    let there = fs::read_to_string(path)?;
    let (there, made) = if everything { (there, made) } else { (about(&asked, &there), about(&asked, &made)) };
    let (wanted, seen) = (Words::of(&there), Words::of(&made));
    if wanted.text != seen.text {
        bail!("docs/compatibility.md is out of date:\n{}", normalise::difference(&wanted.text, &seen.text));
    }
    for (wanted, seen) in wanted.sizes.iter().zip(&seen.sizes) {
        if (wanted - seen).abs() > 2.0 + wanted / TOLERANCE {
            bail!("docs/compatibility.md says {wanted} kB where it is {seen} kB now");
        }
    }
    Ok(())
}

/// The lines of a page that speak of these programs.
fn about(programs: &[Arc<Program>], page: &str) -> String {
    let speaks =
        |line: &str, name: &str| line.starts_with(&format!("| {name} |")) || line.starts_with(&format!("- {name},"));
    let lines = page.lines().filter(|line| programs.iter().any(|program| speaks(line, &program.entry.name)));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A page without its sizes, and the sizes.
struct Words {
    text: String,
    sizes: Vec<f64>,
}

impl Words {
    fn of(page: &str) -> Self {
        let (mut text, mut sizes) = (String::new(), Vec::new());
        for line in page.lines() {
            for word in line.split(' ') {
                let size = word.strip_prefix('+').unwrap_or(word).parse();
                match size {
                    Ok(size) if line.starts_with('|') => sizes.push(size),
                    _ => text += word,
                }
                text.push(' ');
            }
            text.push('\n');
        }
        Self { text, sizes }
    }
}

fn page(programs: &[Arc<Program>]) -> Result<String> {
    let mut page = HEAD.to_owned();
    let mut languages = BTreeMap::<&str, u32>::new();
    let mut others = 0;
    for program in programs {
        *languages.entry(&program.entry.spec.language).or_default() += 1;
        others += u32::from(program.entry.spec.build.source(&program.entry.folder)? != Source::Ours);
    }
    let languages: Vec<_> = languages.iter().map(|(language, count)| format!("{language} ({count})")).collect();
    writeln!(page, "{} programs, {others} of them by other authors: {}.\n", programs.len(), languages.join(", "))?;

    page += "| program | from | written in | files | seen on | size in kB | plugged | linked |\n";
    page += "| --- | --- | --- | --- | --- | ---: | ---: | ---: |\n";
    for program in programs {
        page += &row(program)?;
    }
    page += "\n## What they import\n\nPackages, with the version of each. A preview1 module imports these once it is a component.\n\n| program | made as | imports |\n| --- | --- | --- |\n";
    for program in programs {
        let app = fs::read(program.app(What::Alone)?)?;
        let kind = if Parser::is_component(&app) { "component" } else { "preview1 module" };
        let imports = by_version(&as_component(app)?)?;
        let imports: Vec<_> =
            imports.into_iter().map(|(version, packages)| format!("{}: {version}", join(packages))).collect();
        writeln!(page, "| {} | {kind} | {} |", program.entry.name, imports.join("; "))?;
    }
    let mut failures = String::new();
    for program in programs {
        for fails in &program.entry.spec.fails {
            let host = fails.host.map_or("anywhere", Host::name);
            writeln!(failures, "- {}, {} ({host}): {}", program.entry.name, fails.form.name(), fails.why)?;
        }
    }
    if !failures.is_empty() {
        write!(
            page,
            "\n## What does not work\n\nEach of these is a test that fails once the program works.\n\n{failures}"
        )?;
    }
    let tried = README.find("## Tried").map(|start| &README[start..]).context("no section of what was tried")?;
    write!(page, "\n{tried}")?;
    Ok(page)
}

fn row(program: &Program) -> Result<String> {
    let spec = &program.entry.spec;
    let from = match spec.build.source(&program.entry.folder)? {
        Source::Ours => "this repository".to_owned(),
        Source::Published { what, registry } => format!("{registry}: {}", what.replace(' ', "&nbsp;")),
    };
    let size = fs::metadata(program.app(What::Alone)?)?.len();
    let image = image(program)?;
    let more = |form: Form| -> Result<String> {
        if program.entry.fails(form, None).is_some() {
            return Ok("no".to_owned());
        }
        let composed = fs::metadata(program.composed(What::Alone, form)?)?.len();
        Ok(format!("+{}", kilobytes(composed.saturating_sub(size + image))))
    };
    let mut hosts: Vec<&str> = Vec::new();
    for run in &spec.runs {
        for host in &run.hosts {
            let works =
                [Form::Plugged, Form::Linked].iter().any(|form| program.entry.fails(*form, Some(*host)).is_none());
            if works && !hosts.contains(&host.name()) {
                hosts.push(host.name());
            }
        }
    }
    let tree = if spec.runs.iter().any(|run| run.leaves.is_some()) { " (*tree*)" } else { "" };
    Ok(format!(
        "| {} | {from} | {} | {}{tree} | {} | {} | {} | {} |\n",
        program.entry.name,
        spec.language,
        spec.files,
        hosts.join(", "),
        kilobytes(size),
        more(Form::Plugged)?,
        more(Form::Linked)?,
    ))
}

fn join(words: BTreeSet<String>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}

fn kilobytes(bytes: u64) -> u64 {
    bytes.div_ceil(1000)
}

/// How large the files are as an image.
fn image(program: &Program) -> Result<u64> {
    let (root, made) = (program.staged()?, NamedTempFile::new()?);
    let arguments = ["image".as_ref(), "build".as_ref(), root.path(), "-o".as_ref(), made.path()];
    let output = compose::run(arguments)?;
    ensure!(output.status.success(), "no image: {}", String::from_utf8_lossy(&output.stderr));
    // Under the name: it may be another file by now.
    Ok(fs::metadata(made.path())?.len())
}

/// The packages that a component imports something of, by version.
fn by_version(component: &[u8]) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut all = BTreeMap::<String, BTreeSet<String>>::new();
    for name in imports::of(component)? {
        let (name, version) = name.split_once('@').unwrap_or((&name, "no version"));
        let package = name.split('/').next().unwrap_or(name).to_owned();
        all.entry(version.to_owned()).or_default().insert(package);
    }
    Ok(all)
}
