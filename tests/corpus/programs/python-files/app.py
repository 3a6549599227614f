"""Works on the files it finds at `/`: imports a package, walks, writes, renames, links, zips and unzips."""

# The standard library is there only for what is imported while the component is made.
import encodings.cp437
import filecmp
import hashlib
import os
import pkgutil
import shutil
import sys
import tempfile
import traceback
import zipfile
import zlib

from wit_world import exports

FIXED_DATE = (2020, 2, 2, 2, 2, 2)


class Run(exports.Run):
    def run(self) -> None:
        try:
            sys.path.insert(0, "/lib")
            # Bytecode would be written beside the package, and listed below.
            sys.dont_write_bytecode = True
            work()
        except BaseException:
            traceback.print_exc()
            raise


def work():
    import reports

    print("package", reports.__file__, pkgutil.get_data("reports", "about.txt").decode().strip())
    print("arguments", sys.argv[1:])
    show("the image", "/")
    temporary_files()
    replaced()
    links()
    zipped(reports)
    shutil.rmtree("/project")
    show("at the end", "/")


def show(title, top):
    print(title)
    for folder, folders, files in os.walk(top):
        folders.sort()
        print(" ", folder, folders, [(name, os.lstat(os.path.join(folder, name)).st_size) for name in sorted(files)])


def temporary_files():
    os.makedirs("/tmp", exist_ok=True)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        with tempfile.NamedTemporaryFile("w+", dir=folder) as named:
            named.write("temporary " * 2000)
            named.flush()
            print("temporary", os.path.getsize(named.name), len(os.listdir(folder)))
            named.seek(15000)
            print("from the middle", named.read(20))
        print("closed", os.listdir(folder))
        with tempfile.TemporaryFile(dir=folder) as unnamed:
            unnamed.write(b"no name")
            unnamed.seek(3)
            print("without a name", unnamed.read(), os.listdir(folder))
    print("left in /tmp", os.listdir("/tmp"))


def replaced():
    """As careful programs save a file: written under another name, then put in its place."""
    with open("/few.txt", encoding="utf-8") as before:
        descriptor, path = tempfile.mkstemp(dir="/")
        with os.fdopen(descriptor, "w", encoding="utf-8") as after:
            after.writelines(line.upper() for line in before)
        os.replace(path, "/few.txt")
        print("still open", before.seek(0), before.readline().strip())
    with open("/few.txt", encoding="utf-8") as after:
        print("replaced", after.readline().strip())
    os.rename("/project/src", "/project/sources")
    print("renamed", sorted(os.listdir("/project")))
    with open("/words.txt", "r+b") as file:
        file.seek(100)
        file.write(b"<over>")
        file.truncate(5000)
    with open("/words.txt", "ab") as file:
        file.write(b"the end\n")
    with open("/words.txt", "rb") as file:
        data = file.read()
    print("changed", len(data), hashlib.sha256(data).hexdigest()[:16])


def links():
    os.link("/few.txt", "/archive/hard")
    os.symlink("../few.txt", "/archive/soft")
    print("links", os.stat("/few.txt").st_nlink, os.readlink("/archive/soft"), os.path.samefile("/few.txt", "/archive/hard"))
    os.utime("/archive/hard", ns=(1_000_000_000_123_456_789, 1_500_000_000_987_654_321))
    print("times", os.stat("/few.txt").st_mtime_ns)
    try:
        os.mkdir("/archive/soft")
    except FileExistsError as error:
        print("refused", error.errno, error.filename)


def zipped(reports):
    with zipfile.ZipFile("/archive/all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, folders, files in os.walk("/project"):
            folders.sort()
            for name in sorted(files):
                path = os.path.join(folder, name)
                info = zipfile.ZipInfo(os.path.relpath(path, "/project"), FIXED_DATE)
                with open(path, "rb") as file:
                    archive.writestr(info, file.read(), zipfile.ZIP_DEFLATED)
    with open("/archive/all.zip", "rb") as file:
        print("zip", reports.digest(file.read())[:16], zlib.ZLIB_RUNTIME_VERSION)
    with zipfile.ZipFile("/archive/all.zip") as archive:
        print("tested", archive.testzip())
        archive.extractall("/unzipped")
        tree = [(name, archive.read(name)) for name in archive.namelist()]
    for line in reports.report(tree):
        print(" ", line)
    compared = filecmp.dircmp("/project/sources", "/unzipped/sources", shallow=False)
    print("unzipped", len(compared.same_files), compared.diff_files, compared.left_only, compared.right_only)
