"""Unicode's own NormalizationTest.txt, cut to what a version of Unicode has, so that it suits the tables of the tokenizers.

    python make_normalization.py --test NormalizationTest.txt --age DerivedAge.txt --until 9.0 --out NormalizationTest.txt.gz

Both files are of one later version. What normalizes to what never changes once its code points are assigned, so the lines whose
code points are all as old as that are the test of that version. The lines keep their columns, and lose their comments.
"""
import argparse
import gzip


def ages(path):
    found = {}
    for line in open(path, encoding="utf-8"):
        fields = line.split("#")[0].split(";")
        if len(fields) != 2:
            continue
        ends = [int(end, 16) for end in fields[0].split("..")]
        for code_point in range(ends[0], ends[-1] + 1):
            found[code_point] = tuple(int(part) for part in fields[1].strip().split("."))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", required=True)
    parser.add_argument("--age", required=True)
    parser.add_argument("--until", default="9.0")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    age, until = ages(args.age), tuple(int(part) for part in args.until.split("."))
    lines, in_header = [], True
    for line in open(args.test, encoding="utf-8"):
        line = line.rstrip("\n")
        in_header &= line.startswith("#")
        if in_header:
            lines.append(line)
            continue
        columns = line.split("#")[0].rstrip()
        if not columns:
            continue
        code_points = [] if columns.startswith("@") else [int(c, 16) for column in columns.split(";") for c in column.split()]
        if all(age.get(c, until + (1,)) <= until for c in code_points):
            lines.append(columns)
    lines.insert(lines.index(next(line for line in lines if not line.startswith("#"))),
                 f"#\n# Modified: only the lines whose code points are all in Unicode {args.until}, without their comments.\n#")
    with open(args.out, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9, mtime=0, filename="") as packed:
        packed.write(("\n".join(lines) + "\n").encode("utf-8"))


if __name__ == "__main__":
    main()
