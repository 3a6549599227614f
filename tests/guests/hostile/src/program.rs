//! The calls, over a handful of things that are open.

use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, DirectoryEntryStream, ErrorCode, OpenFlags, PathFlags, filesystem_error_code,
};
use wasip2::io::poll::poll;
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

use crate::garbage::Garbage;

/// More is closed, oldest first.
const MOST: usize = 12;

pub struct Program {
    garbage: Garbage,
    root: Descriptor,
    descriptors: Vec<Descriptor>,
    inputs: Vec<InputStream>,
    outputs: Vec<OutputStream>,
    lists: Vec<DirectoryEntryStream>,
    answers: u64,
}

impl Program {
    pub fn new(garbage: Garbage) -> Self {
        Self {
            garbage,
            root: get_directories().remove(0).0,
            descriptors: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            lists: Vec::new(),
            answers: 0xcbf2_9ce4_8422_2325,
        }
    }

    /// A digest of every answer so far.
    pub fn answers(&self) -> u64 {
        self.answers
    }

    /// One call of any kind.
    pub fn step(&mut self) {
        match self.garbage.below(10) {
            0..=2 => self.open(),
            3..=4 => self.names(),
            5..=6 => self.descriptor(),
            7 => self.input(),
            8 => self.output(),
            _ => self.rest(),
        }
        self.close_some();
    }

    /// The tree still answers, and what nobody could change is as it was.
    pub fn whole(&self) -> Result<(), String> {
        let name = |code: ErrorCode| code.name().to_owned();
        let list = self.root.read_directory().map_err(name)?;
        while list.read_directory_entry().map_err(name)?.is_some() {}
        let sealed = self
            .root
            .open_at(PathFlags::empty(), "sealed/never-named.txt", OpenFlags::empty(), DescriptorFlags::READ)
            .map_err(name)?;
        let (bytes, _) = sealed.read(100, 0).map_err(name)?;
        if bytes == b"as it was\n" { Ok(()) } else { Err(format!("{bytes:?}")) }
    }

    fn note(&mut self, value: u64) {
        for byte in value.to_le_bytes() {
            self.answers = (self.answers ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn told<T>(&mut self, result: Result<T, ErrorCode>) -> Option<T> {
        match result {
            Ok(value) => {
                self.note(0);
                Some(value)
            }
            Err(code) => {
                self.note(1 + code as u64);
                None
            }
        }
    }

    fn streamed<T>(&mut self, result: Result<T, StreamError>) -> Option<T> {
        match result {
            Ok(value) => {
                self.note(0);
                Some(value)
            }
            Err(StreamError::Closed) => {
                self.note(100);
                None
            }
            Err(StreamError::LastOperationFailed(error)) => {
                let text = error.to_debug_string();
                let code = filesystem_error_code(&error);
                self.note(101 + code.map_or(0, |code| 1 + code as u64));
                assert!(!text.is_empty());
                None
            }
        }
    }

    fn pick(&mut self) -> &Descriptor {
        let at = self.garbage.below(self.descriptors.len() + 1);
        self.descriptors.get(at).unwrap_or(&self.root)
    }

    fn open(&mut self) {
        let (path, follow) = (self.garbage.path(), self.garbage.path_flags());
        let (open, flags) = (self.garbage.open_flags(), self.garbage.descriptor_flags());
        let result = self.pick().open_at(follow, &path, open, flags);
        let opened = self.told(result);
        self.descriptors.extend(opened);
    }

    fn names(&mut self) {
        let (one, two, follow) = (self.garbage.path(), self.garbage.path(), self.garbage.path_flags());
        let call = self.garbage.below(11);
        let (accessed, modified) = (self.garbage.timestamp(), self.garbage.timestamp());
        let other = self.garbage.below(self.descriptors.len() + 1);
        let at = self.garbage.below(self.descriptors.len() + 1);
        let other = self.descriptors.get(other).unwrap_or(&self.root);
        let at = self.descriptors.get(at).unwrap_or(&self.root);
        let mut size = 0;
        let result = match call {
            0 => at.create_directory_at(&one),
            1 => at.remove_directory_at(&one),
            2 => at.unlink_file_at(&one),
            3 | 4 => at.rename_at(&one, other, &two),
            5 => at.link_at(follow, &one, other, &two),
            6 => at.symlink_at(&one, &two),
            7 => at.readlink_at(&one).map(|target| size = target.len() as u64),
            8 => at.stat_at(follow, &one).map(|seen| size = seen.size),
            9 => at.set_times_at(follow, &one, accessed, modified),
            _ => at.metadata_hash_at(follow, &one).map(|_| ()),
        };
        self.told(result);
        self.note(size);
    }

    fn descriptor(&mut self) {
        let (number, length, call) = (self.garbage.number(), self.garbage.length(), self.garbage.below(17));
        let (amount, byte) = (self.garbage.number(), self.garbage.next() as u8);
        let (accessed, modified) = (self.garbage.timestamp(), self.garbage.timestamp());
        let file = self.pick();
        let mut value = 0;
        let (mut input, mut output, mut list) = (None, None, None);
        let result = match call {
            0 => file.read(amount, number).map(|(bytes, end)| {
                value =
                    bytes.iter().fold(u64::from(end), |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
            }),
            1 | 2 => file.write(&vec![byte; length], number).map(|count| value = count),
            3 => file.set_size(number),
            4 => file.set_times(accessed, modified),
            5 => file.stat().map(|seen| value = seen.size),
            6 => file.get_flags().map(|flags| value = u64::from(flags.bits())),
            7 => file.get_type().map(|kind| value = kind as u64),
            8 => file.advise(number, amount, Advice::WillNeed),
            9 => file.sync(),
            10 => file.sync_data(),
            11 => file.metadata_hash().map(|_| ()),
            12 | 13 => file.read_via_stream(number).map(|stream| input = Some(stream)),
            14 => file.write_via_stream(number).map(|stream| output = Some(stream)),
            15 => file.append_via_stream().map(|stream| output = Some(stream)),
            _ => file.read_directory().map(|stream| list = Some(stream)),
        };
        self.told(result);
        self.note(value);
        self.inputs.extend(input);
        self.outputs.extend(output);
        self.lists.extend(list);
    }

    fn input(&mut self) {
        if self.inputs.is_empty() {
            return;
        }
        let (at, number, call) = (self.garbage.below(self.inputs.len()), self.garbage.number(), self.garbage.below(5));
        let stream = &self.inputs[at];
        let result = match call {
            0 => stream.read(number).map(|bytes| bytes.len() as u64),
            1 => stream.blocking_read(number).map(|bytes| bytes.len() as u64),
            2 => stream.skip(number),
            3 => stream.blocking_skip(number),
            _ => {
                let ready = stream.subscribe();
                ready.block();
                Ok(u64::from(ready.ready()))
            }
        };
        let value = self.streamed(result);
        self.note(value.unwrap_or(0));
    }

    fn output(&mut self) {
        if self.outputs.is_empty() {
            return;
        }
        let (at, number, call) = (self.garbage.below(self.outputs.len()), self.garbage.number(), self.garbage.below(8));
        let (length, source) = (self.garbage.length().min(4096), self.garbage.below(self.inputs.len() + 1));
        let stream = &self.outputs[at];
        let budget = stream.check_write();
        let within = budget.as_ref().map_or(0, |budget| (*budget).min(length as u64));
        let result = match call {
            0 => stream.write(&vec![b'w'; within as usize]).map(|()| within),
            1 => stream.blocking_write_and_flush(&vec![b'b'; length]).map(|()| length as u64),
            2 => stream.write_zeroes(within).map(|()| within),
            3 => stream.blocking_write_zeroes_and_flush(length as u64).map(|()| length as u64),
            4 => stream.flush().map(|()| 0),
            5 => stream.blocking_flush().map(|()| 0),
            _ => match self.inputs.get(source) {
                Some(from) if call == 6 => stream.splice(from, number % 100_000),
                Some(from) => stream.blocking_splice(from, number % 100_000),
                None => Ok(0),
            },
        };
        let value = self.streamed(result);
        self.note(value.unwrap_or(0));
        self.streamed(budget);
    }

    fn rest(&mut self) {
        match self.garbage.below(4) {
            0 => {
                if let Some(list) = self.lists.last() {
                    let result = list.read_directory_entry().map(|entry| entry.map_or(0, |entry| entry.name.len()));
                    let length = self.told(result);
                    self.note(length.unwrap_or(0) as u64);
                }
            }
            1 => {
                let again = get_directories();
                self.note(again.len() as u64);
                self.descriptors.extend(again.into_iter().map(|(directory, _)| directory));
            }
            2 => {
                let same = self.descriptors.first().is_some_and(|first| first.is_same_object(&self.root));
                self.note(u64::from(same));
            }
            _ => {
                let passed = subscribe_duration(0);
                passed.block();
                let mut all: Vec<_> = self.inputs.iter().map(InputStream::subscribe).collect();
                all.extend(self.outputs.iter().map(OutputStream::subscribe));
                all.push(passed);
                let ready = poll(&all.iter().collect::<Vec<_>>());
                self.note(ready.len() as u64);
            }
        }
    }

    fn close_some(&mut self) {
        fn shorten<T>(all: &mut Vec<T>) {
            if all.len() > MOST {
                all.remove(0);
            }
        }
        shorten(&mut self.descriptors);
        shorten(&mut self.inputs);
        shorten(&mut self.outputs);
        shorten(&mut self.lists);
    }
}
