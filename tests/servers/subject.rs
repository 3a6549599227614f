//! An app and its files, composed by the first trial that asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::world::World;
use vfs_tests::{compose, stage};

/// In which forms each app must do the same. The first is the measure.
pub const FORMS: [Form; 5] = [Form::HostDirectory, Form::Linked, Form::Plugged, Form::WacPlug, Form::AnyApp];

/// The forms of an app that imports interfaces of packages other than WASI's: a vfs for any app knows nothing of them.
pub const FOREIGN_FORMS: [Form; 4] = [Form::HostDirectory, Form::Linked, Form::Plugged, Form::WacPlug];

/// What a trial does with an app in one form.
pub type Test = fn(&Subject, Form) -> Result<()>;

/// An app and the tree that it finds at `/`.
pub struct Subject {
    /// In the names of trials.
    pub name: &'static str,
    forms: &'static [Form],
    /// `just test` has it in the forms of `vfs-compose` alone: other apps show what those of `wac` are there for.
    brief: bool,
    /// The bytes of the app.
    app: fn() -> Result<Vec<u8>>,
    /// Makes the files in an empty directory.
    tree: fn(&Path) -> Result<()>,
    made: [OnceLock<Result<Made, String>>; FORMS.len()],
}

/// What a form has made: a component in a file, and the directory that it may see.
pub struct Made {
    directory: TempDir,
}

impl Made {
    /// The component.
    pub fn component(&self) -> PathBuf {
        self.directory.path().join("app.wasm")
    }

    /// Its bytes.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        Ok(fs::read(self.component())?)
    }

    /// The tree: what was composed, or a directory for the app as it is.
    pub fn tree(&self) -> PathBuf {
        self.directory.path().join("tree")
    }

    /// What the host must give the component.
    pub fn granted(&self, form: Form) -> Option<PathBuf> {
        (form == Form::HostDirectory).then(|| self.tree())
    }
}

impl Subject {
    /// One of which nothing is made yet.
    pub fn new(name: &'static str, app: fn() -> Result<Vec<u8>>, tree: fn(&Path) -> Result<()>) -> Arc<Self> {
        Self::of_forms(&FORMS, name, app, tree)
    }

    /// One that `just test` has in the forms of `vfs-compose` alone.
    pub fn brief(name: &'static str, app: fn() -> Result<Vec<u8>>, tree: fn(&Path) -> Result<()>) -> Arc<Self> {
        Arc::new(Self { name, forms: &FORMS, brief: true, app, tree, made: FORMS.map(|_| OnceLock::new()) })
    }

    /// One that is tried in these forms alone.
    pub fn of_forms(
        forms: &'static [Form],
        name: &'static str,
        app: fn() -> Result<Vec<u8>>,
        tree: fn(&Path) -> Result<()>,
    ) -> Arc<Self> {
        Arc::new(Self { name, forms, brief: false, app, tree, made: FORMS.map(|_| OnceLock::new()) })
    }

    /// The app in this form.
    ///
    /// # Errors
    /// It cannot be built or composed.
    pub fn made(&self, form: Form) -> Result<&Made> {
        let slot = FORMS.iter().position(|&there| there == form).expect("a form of the list");
        let made = self.made[slot].get_or_init(|| self.make(form).map_err(|error| format!("{error:#}")));
        made.as_ref().map_err(|error| anyhow::Error::msg(error.clone()))
    }

    fn make(&self, form: Form) -> Result<Made> {
        let made = Made { directory: TempDir::new()? };
        fs::create_dir(made.tree())?;
        (self.tree)(&made.tree())?;
        stage::still(&made.tree())?;
        let input = made.directory.path().join("input.wasm");
        fs::write(&input, (self.app)()?)?;
        match form {
            Form::HostDirectory => {
                fs::rename(&input, made.component())?;
                return Ok(made);
            }
            Form::Linked => compose::linked(&input, &made.tree(), &[], &made.component())?,
            Form::Plugged => compose::plugged(&input, &made.tree(), &[], &made.component())?,
            Form::WacPlug => compose::wac_plug(&input, &made.tree(), &[], &made.component())?,
            Form::AnyApp => compose::any_app(&input, &made.tree(), &[], &made.component())?,
        }
        let imports = World::of(&made.bytes()?)?.imports();
        let open = imports.keys().find(|import| import.starts_with("wasi:filesystem/"));
        ensure!(open.is_none(), "{} is still asked of the host", open.map_or("", |import| import));
        Ok(made)
    }

    /// A trial for each form, named after both.
    pub fn in_every_form(self: &Arc<Self>, what: &str, test: Test) -> Vec<Trial> {
        self.forms.iter().map(|&form| self.trial(form, what, test)).collect()
    }

    /// A trial for each form that `vfs-compose` makes.
    pub fn composed(self: &Arc<Self>, what: &str, test: Test) -> Vec<Trial> {
        let forms = self.forms.iter().copied().filter(|&form| form != Form::HostDirectory);
        forms.map(|form| self.trial(form, what, test)).collect()
    }

    /// A trial for one form, named after both.
    pub fn trial(self: &Arc<Self>, form: Form, what: &str, test: Test) -> Trial {
        let subject = Arc::clone(self);
        let name = format!("{}::{}::{what}", self.name, form.name());
        let extent =
            if self.brief && matches!(form, Form::WacPlug | Form::AnyApp) { Extent::All } else { Extent::Usual };
        extent.trial(Trial::test(name, move || test(&subject, form).map_err(|error| format!("{error:#}").into())))
    }
}
