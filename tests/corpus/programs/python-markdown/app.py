"""Every Markdown file of `/notes` becomes a page in `/pages`; an index of them is written under another name and renamed."""

import encodings.utf_8_sig
import os
import sys

import markdown
import markdown.extensions.tables
import markdown.extensions.toc
from wit_world import exports

EXTENSIONS = [markdown.extensions.tables.TableExtension(), markdown.extensions.toc.TocExtension()]


class Run(exports.Run):
    def run(self) -> None:
        os.mkdir("/pages")
        index = []
        for name in sorted(os.listdir("/notes")):
            if name.endswith(".md"):
                page = "/pages/" + name.replace(".md", ".html")
                markdown.markdownFromFile(input="/notes/" + name, output=page, extensions=EXTENSIONS)
                index.append(f"{page} {os.stat(page).st_size}\n")
        with open("/pages/index.new", "w") as file:
            file.writelines(index)
        os.replace("/pages/index.new", "/pages/index")
        with open("/pages/index") as file:
            print(file.read(), end="")
        with open("/pages/monday.html") as file:
            print(file.read())
        print(sorted(os.listdir("/pages")))
        sys.stdout.flush()
