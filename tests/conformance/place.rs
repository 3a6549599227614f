//! Where a program runs: with a directory of the host, or composed in one of the forms on one of the hosts.

use vfs_tests::case::{Form, Host};
use vfs_tests::extent::Extent;

use crate::program::Program;
use crate::setting::Setting;

/// A form on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub form: Form,
    pub host: Host,
    /// What we make has its files in a directory of the host, by `--host-dir`.
    pub on_mount: bool,
}

impl Place {
    /// Who runs what we make.
    pub const HOSTS: [Host; 3] = [Host::Wasmtime, Host::Wasmtime50, Host::Node];

    /// What we make.
    pub const FORMS: [Form; 2] = [Form::Plugged, Form::Linked];

    /// The measure.
    pub const HOST_DIRECTORY: Self = Self::new(Form::HostDirectory, Host::Wasmtime);

    pub const fn new(form: Form, host: Host) -> Self {
        Self { form, host, on_mount: false }
    }

    /// Every place where a program runs in a setting, the host directory first.
    pub fn of(program: &Program, setting: &Setting) -> impl Iterator<Item = Self> {
        let hosts = if setting.terminals { &Self::HOSTS[..1] } else { &Self::HOSTS[..] };
        let ours = hosts.iter().flat_map(|&host| Self::FORMS.map(|form| Self::new(form, host)));
        std::iter::once(Self::HOST_DIRECTORY).chain(ours.filter(|place| (program.runs)(*place)))
    }

    /// The places of a program in a setting whose files are in mounts.
    pub fn on_mounts(program: &Program, setting: &Setting) -> impl Iterator<Item = Self> {
        let forms = if setting.mounts.is_empty() { &[][..] } else { &Self::FORMS[..] };
        let places = forms.iter().map(|&form| Self::new(form, Host::Wasmtime));
        places.filter(|place| (program.runs)(*place)).map(|place| Self { on_mount: true, ..place })
    }

    /// Where what is made of an app of 0.3 runs: this form alone takes one, and this host alone has what it needs.
    pub fn plugged_on_wasmtime(self) -> bool {
        self == Self::new(Form::Plugged, Host::Wasmtime)
    }

    pub fn is_ours(self) -> bool {
        self.form != Form::HostDirectory
    }

    /// As in the names of trials.
    pub fn name(self) -> String {
        let mount = if self.on_mount { "::mount" } else { "" };
        format!("{}{mount}::{}", self.form.name(), self.host.name())
    }

    /// Which runs have this place in a setting. On the other hosts the setting with most cases shows that answers come
    /// through; one where each case takes a process of its own shows little more, and takes long.
    pub fn extent(self, setting: &Setting) -> Extent {
        if self.on_mount {
            // One form shows what a mount answers.
            return if self.form == Form::Linked { Extent::Usual } else { Extent::All };
        }
        if self.host == Host::Wasmtime || setting.name == Setting::ALL[0].name { Extent::Usual } else { Extent::All }
    }
}
