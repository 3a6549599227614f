//! Http for some authorities alone.

use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Linker, Lower, Resource, ResourceType, Val};

use super::run::{End, Ran, Running, State};
use super::{FORMS, apps};
use vfs_compose::{Composer, Denial, inspect};
use vfs_compose_ir::{Component, Item};

/// As many requests as there are authorities in the test, one after the other. All end with an error: `HTTP-request-denied`, or
/// what the host says.
fn app(requests: usize) -> Vec<u8> {
    apps::written(
        &["0.2.3"],
        "import wasi:filesystem/preopens@0.2.3; import wasi:http/types@0.2.3; import wasi:http/outgoing-handler@0.2.3;
         export wasi:cli/run@0.2.3;",
        &format!(
            r#"(module
              (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func (param i32)))
              (import "wasi:http/types@0.2.3" "[constructor]fields" (func $fields (result i32)))
              (import "wasi:http/types@0.2.3" "[constructor]outgoing-request" (func $request (param i32) (result i32)))
              (import "wasi:http/types@0.2.3" "[constructor]request-options" (func $options (result i32)))
              (import "wasi:http/outgoing-handler@0.2.3" "handle" (func $handle (param i32 i32 i32 i32)))
              (memory (export "memory") 1)
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
              (func (export "wasi:cli/run@0.2.3#run") (result i32) (local $n i32)
                (loop $again
                  (call $handle (call $request (call $fields)) (i32.const 1) (call $options) (i32.const 64))
                  (if (i32.ne (i32.load8_u (i32.const 64)) (i32.const 1)) (then unreachable))
                  ;; HTTP-request-denied or connection-refused.
                  (if (i32.ne (i32.load8_u (i32.const 72)) (i32.const 15))
                    (then (if (i32.ne (i32.load8_u (i32.const 72)) (i32.const 6)) (then unreachable))))
                  (local.set $n (i32.add (local.get $n) (i32.const 1)))
                  (br_if $again (i32.lt_u (local.get $n) (i32.const {requests}))))
                (i32.const 0)))"#
        ),
    )
}

struct Fields;
struct Request;
struct Options;
struct Response;

#[derive(ComponentType, Lift, Lower, Clone)]
#[component(variant)]
enum Scheme {
    #[component(name = "HTTP")]
    Http,
    #[component(name = "HTTPS")]
    Https,
    #[component(name = "other")]
    Other(String),
}

/// Where a request goes.
type To = (Option<Scheme>, Option<String>);

/// Makes one request at each version. It could also ask for random numbers.
fn app_of_versions(versions: [&str; 2]) -> Vec<u8> {
    let imports = versions
        .map(|version| format!("import wasi:http/types@{version}; import wasi:http/outgoing-handler@{version};"));
    let functions = versions.map(|version| {
        format!(
            r#"(import "wasi:http/types@{version}" "[constructor]fields" (func $fields-{version} (result i32)))
               (import "wasi:http/types@{version}" "[constructor]outgoing-request"
                 (func $request-{version} (param i32) (result i32)))
               (import "wasi:http/outgoing-handler@{version}" "handle"
                 (func $handle-{version} (param i32 i32 i32 i32)))"#
        )
    });
    let calls = versions.map(|version| {
        format!(
            r#"(call $handle-{version} (call $request-{version} (call $fields-{version}))
                 (i32.const 0) (i32.const 0) (i32.const 64))
               (if (i32.ne (i32.load8_u (i32.const 64)) (i32.const 1)) (then unreachable))"#
        )
    });
    apps::written(
        &versions,
        &format!(
            "import wasi:filesystem/preopens@{0}; import wasi:random/random@{0}; {1} export wasi:cli/run@{0};",
            versions[0],
            imports.concat()
        ),
        &format!(
            r#"(module
              (import "wasi:filesystem/preopens@{0}" "get-directories" (func (param i32)))
              (import "wasi:random/random@{0}" "get-random-u64" (func (result i64)))
              {1}
              (memory (export "memory") 1)
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
              (func (export "wasi:cli/run@{0}#run") (result i32) {2} (i32.const 0)))"#,
            versions[0],
            functions.concat(),
            calls.concat()
        ),
    )
}

/// A host whose requests go where the test says, in order. It refuses every connection, and logs whose.
fn host(linker: &mut Linker<State>, version: &str, requests: Vec<To>) {
    let requests = Arc::new(requests);
    let mut types = linker.instance(&format!("wasi:http/types@{version}")).unwrap();
    types.resource("fields", ResourceType::host::<Fields>(), |_, _| Ok(())).unwrap();
    types.resource("future-incoming-response", ResourceType::host::<Response>(), |_, _| Ok(())).unwrap();
    let dropped = |what: &'static str| {
        move |mut store: StoreContextMut<'_, State>, number: u32| {
            store.data_mut().log.push(format!("drop {what} {number}"));
            Ok(())
        }
    };
    types.resource("outgoing-request", ResourceType::host::<Request>(), dropped("request")).unwrap();
    types.resource("request-options", ResourceType::host::<Options>(), dropped("options")).unwrap();
    types.func_wrap("[constructor]fields", |_, ()| Ok((Resource::<Fields>::new_own(0),))).unwrap();
    types.func_wrap("[constructor]request-options", |_, ()| Ok((Resource::<Options>::new_own(0),))).unwrap();
    let made = std::sync::atomic::AtomicU32::new(0);
    types
        .func_wrap("[constructor]outgoing-request", move |_, (_,): (Resource<Fields>,)| {
            Ok((Resource::<Request>::new_own(made.fetch_add(1, std::sync::atomic::Ordering::Relaxed)),))
        })
        .unwrap();
    let all = requests.clone();
    types
        .func_wrap("[method]outgoing-request.scheme", move |_, (this,): (Resource<Request>,)| {
            Ok((all[this.rep() as usize].0.clone(),))
        })
        .unwrap();
    types
        .func_wrap("[method]outgoing-request.authority", move |_, (this,): (Resource<Request>,)| {
            Ok((requests[this.rep() as usize].1.clone(),))
        })
        .unwrap();
    let mut handler = linker.instance(&format!("wasi:http/outgoing-handler@{version}")).unwrap();
    handler
        .func_new("handle", |mut store, _, params, results| {
            let Val::Resource(request) = &params[0] else { panic!("{params:?}") };
            let request = request.try_into_resource::<Request>(&mut store)?;
            store.data_mut().log.push(format!("pass {}", request.rep()));
            results[0] = Val::Result(Err(Some(Box::new(Val::Variant("connection-refused".into(), None)))));
            Ok(())
        })
        .unwrap();
}

fn run(authorities: &[&str], requests: &[To]) -> [Ran; 2] {
    let app = app(requests.len());
    FORMS.map(|form| {
        let composer = Composer::new(app.clone()).times(0).form(form);
        let composed = composer.allow_http(authorities.iter().copied()).compose().unwrap().to_bytes().unwrap();
        let imports = inspect(&composed).unwrap().imports;
        assert!(imports.iter().all(|import| import.starts_with("wasi:http/")), "{imports:?}");
        Running::new(&composed, |linker| host(linker, "0.2.3", requests.to_vec())).run()
    })
}

/// Which of the requests were passed on.
fn passed(authorities: &[&str], requests: &[To]) -> Vec<usize> {
    let [plugged, linked] = run(authorities, requests).map(|ran| {
        assert_eq!(ran.end, End::Returned(Ok(())));
        let number = |line: &String| line.strip_prefix("pass ").map(|number| number.parse().unwrap());
        ran.log.iter().filter_map(number).collect::<Vec<usize>>()
    });
    assert_eq!(plugged, linked);
    plugged
}

fn to(scheme: Option<Scheme>, authority: &str) -> To {
    (scheme, Some(authority.into()))
}

#[test]
fn hosts_and_ports() {
    let requests = [
        to(Some(Scheme::Https), "example.com"),
        to(Some(Scheme::Https), "EXAMPLE.com:443"),
        to(Some(Scheme::Https), "example.com:"),
        to(None, "example.com"),
        to(Some(Scheme::Http), "example.com:80"),
        to(Some(Scheme::Http), "example.com"),
        // Not these.
        to(Some(Scheme::Http), "example.com:443"),
        to(Some(Scheme::Https), "example.com:8080"),
        to(Some(Scheme::Https), "example.co"),
        to(Some(Scheme::Https), "an.example.com"),
        to(Some(Scheme::Https), "example.com.evil.org"),
        to(Some(Scheme::Https), "example.com:443@evil.org"),
        to(Some(Scheme::Https), ""),
        to(Some(Scheme::Other("ftp".into())), "example.com"),
        (Some(Scheme::Https), None),
        to(Some(Scheme::Https), &"a".repeat(100_000)),
    ];
    assert_eq!(passed(&["example.com"], &requests), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn all_below_a_host_ports_and_addresses() {
    let requests = [
        to(None, "a.example.com"),
        to(None, "a.b.Example.com"),
        to(None, "[::1]:8080"),
        to(Some(Scheme::Http), "[::1]:8080"),
        to(None, "other.org:1"),
        // Not these.
        to(None, "example.com"),
        to(None, ".example.com"),
        to(None, "aexample.com"),
        to(None, "a.example.com:444"),
        to(None, "evil.com/.example.com"),
        to(None, "evil.com?.example.com"),
        to(None, "evil.com#.example.com"),
        to(None, "evil.com\\.example.com"),
        to(None, "evil.com%2f.example.com"),
        to(None, "evil.com .example.com"),
        to(None, "evil.com:1.example.com:443"),
        to(None, "[evil.com:1.example.com:443"),
        to(None, "[::1].example.com"),
        to(None, "evil.com].example.com"),
        to(None, "[::1]"),
        to(None, "other.org"),
    ];
    assert_eq!(passed(&["*.EXAMPLE.com", "[::1]:8080", "other.org:1"], &requests), [0, 1, 2, 3, 4,]);
    assert_eq!(passed(&[], &requests), Vec::<usize>::new());
}

#[test]
fn a_denied_request_is_gone() {
    for ran in run(&["allowed.org"], &[to(None, "denied.org"), to(None, "allowed.org")]) {
        // The host drops itself what it was passed.
        let of_requests: Vec<_> = ran.log.iter().filter(|line| !line.contains("options")).collect();
        assert_eq!(of_requests, ["drop request 0", "pass 1"]);
        assert!(ran.log.contains(&"drop options 0".to_owned()));
    }
}

#[test]
fn every_version_has_its_gate() {
    // As texts, the order of these is the other one.
    let versions = ["0.2.3", "0.2.10"];
    let requests = [to(None, "denied.org"), to(None, "allowed.org")];
    for form in FORMS {
        let composer = Composer::new(app_of_versions(versions)).times(0).form(form).allow_http(["allowed.org"]);
        let composed = composer.compose().unwrap().to_bytes().unwrap();
        let ran = Running::new(&composed, |linker| host(linker, "0.2.10", requests.to_vec())).run();
        assert_eq!(ran.end, End::Returned(Ok(())), "{form:?}");
        assert!(ran.log.contains(&"drop request 0".to_owned()), "{form:?}: {:?}", ran.log);
        assert!(!ran.log.contains(&"pass 0".to_owned()), "{form:?}: {:?}", ran.log);
        assert!(ran.log.contains(&"pass 1".to_owned()), "{form:?}: {:?}", ran.log);
    }
}

#[test]
fn what_is_denied_is_denied_to_the_gate_too() {
    let requests = [to(None, "denied.org"), to(None, "allowed.org")];
    for form in FORMS {
        let composer = Composer::new(app(requests.len())).times(0).form(form).allow_http(["allowed.org"]);
        let composer = composer.deny(Denial::new("wasi:http/outgoing-handler", "the policy"));
        let composed = composer.compose().unwrap().to_bytes().unwrap();
        let imports = inspect(&composed).unwrap().imports;
        assert!(!imports.iter().any(|import| import.contains("handler")), "{imports:?}");
        let ran = Running::new(&composed, |linker| host(linker, "0.2.3", requests.to_vec())).run();
        assert_eq!(ran.end, End::Returned(Ok(())), "{form:?}");
        let requests: Vec<_> = ran.log.iter().filter(|line| !line.contains("options")).collect();
        assert_eq!(requests, ["drop request 0", "drop request 1"], "{form:?}");
    }
}

/// However many rules there are, the app is joined once, and lies directly in the result.
#[test]
fn all_rules_are_one_composition() {
    let stages = tempfile::tempdir().unwrap();
    let composer = Composer::new(app_of_versions(["0.2.3", "0.2.10"])).times(0).emit_stages(stages.path());
    let composer = composer.allow_http(["allowed.org"]).deny(Denial::new("wasi:random", "the policy"));
    composer.compose().unwrap();
    let nested = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let component = Component::read(bytes).unwrap();
        let nested = component.definitions().iter().filter_map(|definition| match definition.item {
            Item::Component(bytes) => Some(bytes.to_vec()),
            _ => None,
        });
        nested.collect()
    };
    let read = |stage: &str| std::fs::read(stages.path().join(format!("{stage}.wasm"))).unwrap();
    let inside = nested(&read("2-interposed"));
    // What denies, a gate for each version, and the app.
    assert_eq!(inside.len(), 4);
    assert!(inside[3] == read("1-app"));
}

#[test]
fn authorities_that_are_none() {
    for wrong in ["http://example.com", "*", "a b", "host:port"] {
        let error = Composer::new(app(1)).allow_http([wrong]).compose().unwrap_err();
        assert!(error.to_string().starts_with(&format!("`{wrong}` is not an authority")), "{error}");
    }
}
