//! `#[case]`: the function below is a case, under its own name.

use proc_macro::{TokenStream, TokenTree};

/// Registers `fn name() -> Outcome`, or `fn name(dir: &Dir) -> Outcome`, which gets what the program's `crate::fresh("name")` makes. An
/// `async fn` is waited for, and so is its `fresh`.
#[proc_macro_attribute]
pub fn case(_: TokenStream, function: TokenStream) -> TokenStream {
    let mut tokens = function.clone().into_iter();
    let mut is_async = false;
    let is_fn = |token: &TokenTree| {
        let word = token.to_string();
        is_async |= word == "async";
        word == "fn"
    };
    let (Some(_), Some(TokenTree::Ident(name)), Some(TokenTree::Group(parameters))) =
        (tokens.find(is_fn), tokens.next(), tokens.next())
    else {
        return "compile_error!(\"`#[case]` stands over a function\");".parse().expect("a macro call");
    };
    let wait = if is_async { ".await" } else { "" };
    let argument =
        if parameters.stream().is_empty() { String::new() } else { format!("&crate::fresh(\"{name}\"){wait}?") };
    let call = format!("{name}({argument}){wait}");
    let run = if is_async {
        format!("::suite::Run::Later(|| ::std::boxed::Box::pin(async {{ {call} }}))")
    } else {
        format!("::suite::Run::Now(|| {call})")
    };
    let registered = format!(
        "::suite::inventory::submit! {{ ::suite::Case {{ name: \"{name}\", module: module_path!(), run: {run} }} }}"
    );
    let registered: TokenStream = registered.parse().expect("a macro call");
    function.into_iter().chain(registered).collect()
}
