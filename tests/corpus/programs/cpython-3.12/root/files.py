import json
import os
import shutil
import zlib

os.makedirs("/made/deep/er")
with open("/made/one.txt", "w") as out:
    out.writelines(f"line {number}\n" for number in range(1000))
os.rename("/made/one.txt", "/made/two.txt")
with open("/made/two.txt") as text:
    lines = text.readlines()
with open("/made/deep/er/packed", "wb") as out:
    out.write(zlib.compress("".join(lines).encode()))
print(len(lines), "lines,", json.dumps(sorted(os.listdir("/made"))))
shutil.rmtree("/made/deep")
print(sorted(os.listdir("/made")), os.path.getsize("/made/two.txt"))
