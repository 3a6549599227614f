//! `descriptor` with paths as Rust has them.

use std::ops::Deref;

use wasip3::filesystem::types::{
    self, DescriptorFlags, DescriptorStat, ErrorCode, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};

/// A descriptor. Calls that take neither a path nor another are called on what is in it.
pub struct Descriptor(pub types::Descriptor);

impl Deref for Descriptor {
    type Target = types::Descriptor;

    fn deref(&self) -> &types::Descriptor {
        &self.0
    }
}

impl Descriptor {
    pub async fn open_at(
        &self,
        links: PathFlags,
        path: &str,
        open: OpenFlags,
        rights: DescriptorFlags,
    ) -> Result<Self, ErrorCode> {
        self.0.open_at(links, path.into(), open, rights).await.map(Self)
    }

    pub async fn stat_at(&self, links: PathFlags, path: &str) -> Result<DescriptorStat, ErrorCode> {
        self.0.stat_at(links, path.into()).await
    }

    pub async fn set_times_at(
        &self,
        links: PathFlags,
        path: &str,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> Result<(), ErrorCode> {
        self.0.set_times_at(links, path.into(), accessed, modified).await
    }

    pub async fn create_directory_at(&self, path: &str) -> Result<(), ErrorCode> {
        self.0.create_directory_at(path.into()).await
    }

    pub async fn link_at(&self, links: PathFlags, old: &str, to: &Self, new: &str) -> Result<(), ErrorCode> {
        self.0.link_at(links, old.into(), to, new.into()).await
    }

    pub async fn readlink_at(&self, path: &str) -> Result<String, ErrorCode> {
        self.0.readlink_at(path.into()).await
    }

    pub async fn remove_directory_at(&self, path: &str) -> Result<(), ErrorCode> {
        self.0.remove_directory_at(path.into()).await
    }

    pub async fn rename_at(&self, old: &str, to: &Self, new: &str) -> Result<(), ErrorCode> {
        self.0.rename_at(old.into(), to, new.into()).await
    }

    pub async fn symlink_at(&self, target: &str, path: &str) -> Result<(), ErrorCode> {
        self.0.symlink_at(target.into(), path.into()).await
    }

    pub async fn unlink_file_at(&self, path: &str) -> Result<(), ErrorCode> {
        self.0.unlink_file_at(path.into()).await
    }

    pub async fn is_same_object(&self, other: &Self) -> bool {
        self.0.is_same_object(other).await
    }

    pub async fn metadata_hash_at(&self, links: PathFlags, path: &str) -> Result<MetadataHashValue, ErrorCode> {
        self.0.metadata_hash_at(links, path.into()).await
    }
}
