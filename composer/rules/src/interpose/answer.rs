//! Decides what a denied function returns.

use std::collections::BTreeSet;

use vfs_compose_wasi::ERRORS;
use wit_parser::{Function, Handle, Type, TypeDefKind, TypeId};

use super::drop_arguments;
use vfs_compose_adapter::answer::{self, Number};
use vfs_compose_adapter::layout::Layout;
use vfs_compose_adapter::scalar::tag_bytes;

/// Error cases that express a denial, best first.
const DENIED: [&str; 6] =
    ["access-denied", "HTTP-request-denied", "not-permitted", "permission-denied", "denied", "unauthorized"];

const EXIT: &str = "wasi:cli/exit";

/// An interface whose constructors and setters do not access anything yet. They succeed, so that the call that does
/// access something reports the denial.
const PREPARES: &str = "wasi:http/types";

/// The behavior of a denied function.
pub(super) enum Answer {
    /// Returns these numbers: its own error, or success.
    Words(Vec<Number>),
    /// Returns these numbers, and a message at this offset of the result.
    Message(Vec<Number>, u32),
    /// Returns a new handle at this offset of the result; a later call with the handle reports the denial.
    Handle(Vec<Number>, u32, TypeId),
    /// Ends the app, as the function always does.
    Exit,
    /// Ends the app with a message, because the result type cannot express a denial.
    Refuse,
}

/// A denied function.
pub(super) struct Denied<'a> {
    /// The interface without version, or the name of a function that is imported directly.
    pub(super) path: String,
    pub(super) function: &'a Function,
}

/// Decides the behavior of functions that are denied together.
pub(super) struct AnswerChoice<'a> {
    layout: &'a Layout<'a>,
    /// Resources that denied functions may return handles of, because some denied function that takes such a handle can
    /// report the denial.
    given: BTreeSet<TypeId>,
}

impl<'a> AnswerChoice<'a> {
    /// Finds the resources whose handles may be returned. `is_own` returns whether a denied interface defines the
    /// resource.
    pub(super) fn new(layout: &'a Layout<'a>, all: &[Denied<'_>], is_own: impl Fn(TypeId) -> bool) -> Self {
        let mut answers = Self { layout, given: BTreeSet::new() };
        loop {
            let before = answers.given.len();
            for denied in all {
                if matches!(answers.of(denied), Answer::Refuse | Answer::Exit) {
                    continue;
                }
                let taken = drop_arguments::handles(layout, denied.function).into_iter().map(|handle| handle.resource);
                answers.given.extend(taken.filter(|resource| is_own(*resource)));
            }
            if answers.given.len() == before {
                return answers;
            }
        }
    }

    /// Returns the behavior of a denied function, the first of these that fits:
    ///
    /// - its own error for denials, or another error that fits, or a message if errors are strings or have a case with
    ///   a string;
    /// - a handle, if a later call with it can report the denial;
    /// - otherwise the app ends.
    ///
    /// Functions of [`PREPARES`] without an error for denials succeed if they can.
    pub(super) fn of(&self, Denied { path, function }: &Denied<'_>) -> Answer {
        if path == EXIT {
            return Answer::Exit;
        }
        if !drop_arguments::is_supported(self.layout, function) {
            return Answer::Refuse;
        }
        let words = |fitting: &[&str]| Some(Answer::Words(answer::of_words(self.layout, function, fitting, ERRORS)?.0));
        let said = self.error(function).and_then(|_| words(&DENIED));
        let prepared = || (path == PREPARES).then(|| self.handle(function).or_else(|| self.nothing(function)))?;
        let fitting = || Some(Answer::Words(answer::of(self.layout, function, ERRORS)?.0));
        said.or_else(prepared)
            .or_else(fitting)
            .or_else(|| self.message(function))
            .or_else(|| self.handle(function))
            .unwrap_or(Answer::Refuse)
    }

    /// Returns the error type of a function.
    fn error(&self, function: &Function) -> Option<Type> {
        match self.kind(function.result?)? {
            TypeDefKind::Result(result) => result.err,
            _ => None,
        }
    }

    fn message(&self, function: &Function) -> Option<Answer> {
        let TypeDefKind::Result(result) = self.kind(function.result?)? else { return None };
        let (error, offset) = (result.err?, self.payload(result.ok, result.err));
        if self.is_string(error) {
            return Some(Answer::Message(vec![case(1)], offset));
        }
        let TypeDefKind::Variant(all) = self.kind(error)? else { return None };
        let is_text = |name: &&str| {
            all.cases.iter().position(|case| case.name == *name && case.ty.is_some_and(|ty| self.is_string(ty)))
        };
        let found = DENIED.iter().chain(&answer::FITTING).find_map(is_text)?;
        let types: Vec<_> = all.cases.iter().map(|case| case.ty).collect();
        let named = Number { offset, bytes: tag_bytes(all.tag()), value: found as u32 };
        Some(Answer::Message(vec![case(1), named], offset + self.layout.payload(all.tag(), &types)))
    }

    fn is_string(&self, ty: Type) -> bool {
        ty == Type::String || matches!(self.kind(ty), Some(TypeDefKind::Type(Type::String)))
    }

    fn handle(&self, function: &Function) -> Option<Answer> {
        let result = function.result?;
        if let Some(resource) = self.own(result) {
            return Some(Answer::Handle(Vec::new(), 0, resource));
        }
        let TypeDefKind::Result(result) = self.kind(result)? else { return None };
        let resource = self.own(result.ok?)?;
        Some(Answer::Handle(vec![case(0)], self.payload(result.ok, result.err), resource))
    }

    /// Returns success, if it has no payload.
    fn nothing(&self, function: &Function) -> Option<Answer> {
        let TypeDefKind::Result(result) = self.kind(function.result?)? else { return None };
        result.ok.is_none().then(|| Answer::Words(vec![case(0)]))
    }

    /// Returns the resource of an own handle, if such handles may be returned.
    fn own(&self, ty: Type) -> Option<TypeId> {
        let TypeDefKind::Handle(Handle::Own(id)) = self.kind(ty)? else { return None };
        Some(self.layout.named(*id)).filter(|resource| self.given.contains(resource))
    }

    fn payload(&self, ok: Option<Type>, err: Option<Type>) -> u32 {
        self.layout.payload(wit_parser::Int::U8, &[ok, err])
    }

    fn kind(&self, ty: Type) -> Option<&TypeDefKind> {
        let Type::Id(id) = ty else { return None };
        Some(&self.layout.resolve.types[self.layout.named(id)].kind)
    }
}

/// Returns the discriminant of a result.
fn case(value: u32) -> Number {
    Number { offset: 0, bytes: 1, value }
}
