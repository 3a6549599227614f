use nix::sys::resource::{UsageWho, getrusage};
fn cpu() -> f64 {
    let u = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    let t = |t: nix::sys::time::TimeVal| t.tv_sec() as f64 + t.tv_usec() as f64 / 1e6;
    t(u.user_time()) + t(u.system_time())
}
fn main() {
    let e = vfs_tests::wasmtime_host::engine();
    for f in std::env::args().skip(1) {
        let b = std::fs::read(&f).unwrap();
        let b = vfs_tests::guests::as_component(b).unwrap();
        let t = cpu();
        wasmtime::component::Component::new(e, &b).unwrap();
        println!("{:7.2} {f}", cpu() - t);
    }
    println!("{:7.2} total, rss {} MB", cpu(), getrusage(UsageWho::RUSAGE_SELF).unwrap().max_rss() / 1024);
}
