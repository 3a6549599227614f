//! Sums up the files of a directory, writes the sums, renames, removes and lists.

const std = @import("std");
const Dir = std.Io.Dir;

pub fn main(init: std.process.Init) !void {
    const io = init.io;
    const allocator = init.arena.allocator();
    var root = Dir.cwd();

    var sums: std.ArrayList(u8) = .empty;
    for (try names(io, allocator, root, "project/src")) |name| {
        const path = try std.fmt.allocPrint(allocator, "project/src/{s}", .{name});
        const text = try root.readFileAlloc(io, path, allocator, .unlimited);
        const sum = std.hash.Crc32.hash(text);
        const line = try std.fmt.allocPrint(allocator, "{x:0>8} {s}\n", .{ sum, name });
        try sums.appendSlice(allocator, line);
    }
    try root.createDirPath(io, "sums/today");
    try root.writeFile(io, .{ .sub_path = "sums/today/new", .data = sums.items });
    try root.rename("sums/today/new", root, "sums/today/crc32", io);
    try root.deleteFile(io, "empty");

    var buffer: [1024]u8 = undefined;
    var stdout = std.Io.File.stdout().writer(io, &buffer);
    const out = &stdout.interface;
    try out.writeAll(try root.readFileAlloc(io, "sums/today/crc32", allocator, .unlimited));
    for (try names(io, allocator, root, ".")) |name| try out.print("{s}\n", .{name});
    if (root.access(io, "empty", .{})) |_| {
        try out.writeAll("it is still there\n");
    } else |err| {
        try out.print("empty: {s}\n", .{@errorName(err)});
    }
    try out.flush();
}

/// What is in a directory, sorted.
fn names(io: std.Io, allocator: std.mem.Allocator, root: Dir, path: []const u8) ![][]const u8 {
    var directory = try root.openDir(io, path, .{ .iterate = true });
    defer directory.close(io);
    var found: std.ArrayList([]const u8) = .empty;
    var entries = directory.iterate();
    while (try entries.next(io)) |entry| try found.append(allocator, try allocator.dupe(u8, entry.name));
    std.mem.sort([]const u8, found.items, {}, less);
    return found.items;
}

fn less(_: void, a: []const u8, b: []const u8) bool {
    return std.mem.lessThan(u8, a, b);
}
