//! EROFS images: bytes only.
#![no_std]
#![forbid(unsafe_code)]
