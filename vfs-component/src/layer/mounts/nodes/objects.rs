//! Objects of the host: what tells nodes apart, and which node is one under several names.

use vfs_core::Error;
use vfs_core::settings::MountAccess;

use super::{Nodes, filesystem_of, find, spread};

impl Nodes {
    /// Returns the identity of an object of the host. A file that is copied when it is written to is not the file that the
    /// host has, nor is it one that got its object after the host had removed it. `number` is the node; or a directory, for
    /// what nobody knows of in it.
    pub fn identity_of(&self, number: u64, object: u64) -> Result<u64, Error> {
        let node = self.get(number)?;
        if node.access != MountAccess::CopyOnWrite {
            return Ok(object);
        }
        let generation = match node.object {
            Some(own) if own == object => node.generation,
            _ => self.generation_of(number, object),
        };
        Ok(spread(object ^ spread(u64::from(node.filesystem) | generation << 8)))
    }

    /// Returns how many nodes of the filesystem of a node had an object before.
    fn generation_of(&self, number: u64, object: u64) -> u64 {
        let before = self.objects.iter_hash(object).filter(|(known, other)| {
            *known == object
                && *other != number
                && filesystem_of(*other) == filesystem_of(number)
                && find(&self.slots, *other).is_some_and(|other| other.is_pinned() && other.stat.links <= 1)
        });
        before.count() as u64
    }

    /// Returns the node of an object in the filesystem of a node.
    pub fn of_object(&self, beside: u64, object: u64) -> Option<u64> {
        let is_it = |(known, number): &(u64, u64)| {
            *known == object
                && filesystem_of(*number) == filesystem_of(beside)
                && find(&self.slots, *number).is_some_and(|node| !node.may_share_object())
        };
        self.objects.find(object, is_it).map(|(_, number)| *number)
    }

    /// Notes the object of a node.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn set_object(&mut self, number: u64, object: u64) -> Result<(), Error> {
        self.objects.try_reserve(1, |(object, _)| *object)?;
        if self.get(number)?.object != Some(object) {
            let generation = self.generation_of(number, object);
            let node = self.get_mut(number)?;
            (node.object, node.generation) = (Some(object), generation);
        }
        if self.of_object(number, object).is_none() {
            self.objects.insert_unique(object, (object, number), |(object, _)| *object);
        }
        Ok(())
    }

    /// Forgets that an object leads to a node.
    pub(super) fn forget_object(&mut self, number: u64) {
        if let Some(object) = self.get(number).ok().and_then(|node| node.object)
            && let Ok(entry) = self.objects.find_entry(object, |(_, known)| *known == number)
        {
            entry.remove();
        }
    }
}
