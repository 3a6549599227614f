//! Image and settings, which the composer embeds beside the code.

use vfs_core::settings::{self, SettingsView};
use vfs_image::Image;

/// The version of the settings' encoding that this module reads, for the composer: the custom section
/// [`settings::SECTION`]. It is not `#[used]`, which would put the same bytes into memory too.
#[unsafe(link_section = "vfs-compose:settings")]
#[expect(dead_code, reason = "the composer reads it")]
static SETTINGS_VERSION: [u8; 4] = settings::VERSION.to_le_bytes();

/// Imports that the composer replaces by constants; and one, by traps whose names say which mount is missing.
#[cfg_attr(feature = "late", allow(dead_code, reason = "there is no image"))]
mod place {
    #[link(wasm_import_module = "vfs-compose:embed")]
    unsafe extern "C" {
        #[link_name = "image-offset"]
        pub safe fn image_offset() -> usize;
        #[link_name = "image-size"]
        pub safe fn image_size() -> usize;
        #[link_name = "settings-offset"]
        pub safe fn settings_offset() -> usize;
        #[link_name = "settings-size"]
        pub safe fn settings_size() -> usize;
        #[cfg(feature = "mounts")]
        #[link_name = "missing"]
        pub safe fn end_without_words(mount: u32);
    }
}

/// Returns the embedded image; `None` if there is none or it is not an image.
#[cfg_attr(feature = "late", expect(dead_code, reason = "there is no image"))]
pub fn image() -> Option<Image<'static>> {
    Image::new(bytes(place::image_offset(), place::image_size())).ok()
}

/// Returns the settings; without embedded ones, those of an empty command line.
pub fn settings() -> SettingsView<'static> {
    SettingsView::new(bytes(place::settings_offset(), place::settings_size())).unwrap_or_default()
}

/// Returns the settings that not every variant reads.
#[cfg(feature = "absolute-links")]
pub fn extras() -> settings::Extras<'static> {
    let settings = SettingsView::with_extras(bytes(place::settings_offset(), place::settings_size()));
    settings.map(|(_, extras)| extras).unwrap_or_default()
}

#[cfg(feature = "mounts")]
pub use place::end_without_words;

fn bytes(offset: usize, size: usize) -> &'static [u8] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the composer has put a data segment of `size` bytes there, behind what the linker has placed. The
    // allocator takes only what lies before the data and what `memory.grow` returns, so nothing writes to them.
    unsafe { core::slice::from_raw_parts(core::ptr::with_exposed_provenance(offset), size) }
}
