// An index of words over the files of a directory. zig's libc++ for WASI has no streams on files, so they are C's.

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <dirent.h>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <vector>

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

static std::vector<std::string> names(const std::string& path) {
    std::vector<std::string> found;
    DIR* directory = opendir(path.c_str());
    if (!directory) return found;
    while (dirent* entry = readdir(directory)) {
        if (entry->d_name[0] != '.') found.push_back(entry->d_name);
    }
    closedir(directory);
    std::sort(found.begin(), found.end());
    return found;
}

static std::string content(const std::string& path) {
    std::string text;
    if (File file{std::fopen(path.c_str(), "rb")}) {
        char buffer[256];
        while (size_t length = std::fread(buffer, 1, sizeof buffer, file.get())) text.append(buffer, length);
    }
    return text;
}

static int failed(const char* what) {
    std::perror(what);
    return 1;
}

int main() {
    std::map<std::string, std::set<std::string>> index;
    for (const auto& name : names("/project/src")) {
        std::istringstream words(content("/project/src/" + name));
        for (std::string word; words >> word;) {
            if (!std::isdigit(static_cast<unsigned char>(word[0]))) index[word].insert(name);
        }
    }
    if (mkdir("/index", 0777) != 0) return failed("mkdir");
    if (File file{std::fopen("/index/words.new", "wb")}) {
        for (const auto& [word, files] : index) std::fprintf(file.get(), "%s %zu\n", word.c_str(), files.size());
    } else {
        return failed("open");
    }
    if (std::rename("/index/words.new", "/index/words") != 0) return failed("rename");
    if (File file{std::fopen("/index/words", "r+b")}) {
        std::fseek(file.get(), 0, SEEK_END);
        std::fprintf(file.get(), "words %zu\n", index.size());
    }
    std::printf("%s", content("/index/words").c_str());
    for (const auto& name : names("/index")) std::printf("%s\n", name.c_str());
}
