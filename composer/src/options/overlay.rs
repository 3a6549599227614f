//! Values over other values.

use std::path::PathBuf;

use vfs_compose_pack::OnCollision;
use vfs_preview1::ExitCode;

use super::values::{
    Access, Bytes, ConfigValue, GuestFile, HostDir, Http, InheritEnv, Preopen, Setting, Source, Time, Variable,
};
use crate::{AbsoluteLinks, FormChoice};

/// A value of an option, or one of several.
pub trait Value {
    /// Returns the name of which a list holds only one value, if there is such a name. A list of such values replaces
    /// only those of the same names; any other list replaces a whole list.
    fn name(&self) -> Option<&str> {
        None
    }

    /// Returns the text for a policy, if it is one.
    fn setting(&self) -> Option<&str> {
        None
    }
}

macro_rules! plain {
    ($($value:ty),*) => { $(impl Value for $value {})* };
}

plain!(bool, u32, String, PathBuf, OnCollision, AbsoluteLinks, FormChoice, ExitCode);
plain!(Access, Bytes, GuestFile, HostDir, Http, InheritEnv, Preopen, Source, Time);

impl Value for Setting {
    fn setting(&self) -> Option<&str> {
        Some(self.as_str())
    }
}

impl Value for Variable {
    fn name(&self) -> Option<&str> {
        Some(&self.name)
    }
}

impl Value for ConfigValue {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Value(variable) => variable.name(),
            Self::None | Self::Inherit => None,
        }
    }
}

/// What an option holds: a value or none, or a list of values.
pub trait Overlay: Sized {
    /// Returns whether the option was not given.
    fn is_unset(&self) -> bool;

    /// Returns this value over `under`, which it replaces if it is set.
    fn over(self, under: Self) -> Self;

    /// Returns the text for a policy, if it has one.
    fn setting(&self) -> Option<&str>;
}

impl<T: Value> Overlay for Option<T> {
    fn is_unset(&self) -> bool {
        self.is_none()
    }

    fn over(self, under: Self) -> Self {
        self.or(under)
    }

    fn setting(&self) -> Option<&str> {
        self.as_ref()?.setting()
    }
}

impl<T: Value> Overlay for Vec<T> {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }

    fn over(self, mut under: Self) -> Self {
        if self.iter().any(|value| value.name().is_none()) {
            return self;
        }
        if !self.is_empty() {
            under.retain(|old| old.name().is_some() && self.iter().all(|new| new.name() != old.name()));
        }
        under.extend(self);
        under
    }

    fn setting(&self) -> Option<&str> {
        None
    }
}
