//! The result as bytes.

use std::fs;
use std::io::{self, Write};

use super::{FORMS, apps};
use vfs_compose::error::{Error, WriteError};
use vfs_compose::{Composed, Composer, FormChoice};
use vfs_compose_pack::embed;

fn composed(form: FormChoice, files: usize) -> (tempfile::TempDir, Composed) {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..files {
        fs::write(directory.path().join(number.to_string()), vec![number as u8; number * 997]).unwrap();
    }
    let composer = Composer::new(apps::command("0.2.6")).image(directory.path()).times(1_700_000_000);
    let composed = composer.form(form).compose().unwrap();
    (directory, composed)
}

#[test]
fn the_streamed_image_is_where_the_description_says() {
    for (form, files) in FORMS.into_iter().flat_map(|form| [0, 1, 30, 200].map(|files| (form, files))) {
        let (directory, composed) = composed(form, files);
        let bytes = composed.to_bytes().unwrap();
        assert_eq!(bytes.len() as u64, composed.report().size);
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::default()).validate_all(&bytes).unwrap();

        let mut image = Vec::new();
        let packer = Composer::for_any_app().image(directory.path()).times(1_700_000_000);
        packer.pack().unwrap().write_to(&mut image).unwrap();
        let inspection = vfs_compose::inspect(&bytes).unwrap();
        assert!(inspection.vfs.unwrap().image == image, "{files} files");
        assert_eq!(embed::find(&bytes).unwrap().unwrap().image.len(), image.len());
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes_in_any_directory_order() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for number in 0..100 {
        fs::write(one.path().join(format!("f{number}")), format!("{number}")).unwrap();
        let number = 99 - number;
        fs::write(other.path().join(format!("f{number}")), format!("{number}")).unwrap();
    }
    for form in FORMS {
        let bytes = |path: &std::path::Path| {
            let composer = Composer::new(apps::command("0.2.6")).image(path).times(1_700_000_000).form(form);
            composer.compose().unwrap().to_bytes().unwrap()
        };
        let first = bytes(one.path());
        assert!(first == bytes(one.path()) && first == bytes(other.path()));
    }
}

#[test]
fn a_full_disk_is_an_error_of_the_output() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for form in FORMS {
        let (_directory, composed) = composed(form, 50);
        for room in [0, 1_000, composed.report().size as usize / 2, composed.report().size as usize - 1] {
            let error = composed.write_to(&mut Full(room)).unwrap_err();
            assert!(matches!(error, Error::Write(WriteError::Output { .. })), "{room}: {error}");
        }
    }
}
