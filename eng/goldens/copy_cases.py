"""Copies golden cases into the project's own root, smaller than they are.

    python copy_cases.py --from ROOT --to ../../test/Microsoft.ML.SimPO.Tests/Goldens models/granite training/no-clip tokenizers/qwen2-like

Nothing that is kept changes: the tests take a case that another root holds whole for the same and run it once.
  models      golden.safetensors loses the gradients of more than 600 numbers; their norm is in golden.json. --whole keeps them.
  models-v5   those of more than 100, and the logits of the three texts: hidden states, log-probabilities and the logits that are sampled from stay.
  --lean      models likewise
  training    logs, orders and results are packed (.gz), and so are the pairs that the runs share
  tokenizers  vectors are packed
"""
import argparse
import gzip
import json
import os
import shutil
import struct

LARGEST_GRADIENT = 600
LARGEST_LEAN_GRADIENT = 100


def pack(source, target):
    with open(source, "rb") as file:
        content = file.read()
    with open(target + ".gz", "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9, mtime=0, filename="") as packed:
        packed.write(content)


def copy_tensors(source, target, lean):
    with open(source, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0]
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    kept, parts, offset = {}, [], 0
    for name, entry in header.items():
        if name == "__metadata__":
            kept[name] = entry
            continue
        first, last = entry["data_offsets"]
        if name.startswith("grad.") and (last - first) // 4 > (LARGEST_LEAN_GRADIENT if lean else LARGEST_GRADIENT) or lean and name in ("logits", "merged_logits"):
            continue
        kept[name] = {**entry, "data_offsets": [offset, offset + last - first]}
        parts.append(data[first:last])
        offset += last - first
    text = json.dumps(kept, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    with open(target, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


def is_packed(kind, name):
    if kind == "training":
        return name.endswith(".jsonl") or name in ("order.json", "final.json")
    return kind == "tokenizers" and name == "vectors.jsonl"


def copy(source, target, kind, whole, lean):
    os.makedirs(target, exist_ok=True)
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if os.path.isdir(path):
            copy(path, os.path.join(target, name), kind, whole, lean)
        elif is_packed(kind, name):
            pack(path, os.path.join(target, name))
        elif kind in ("models", "models-v5") and name == "golden.safetensors" and not whole:
            copy_tensors(path, os.path.join(target, name), lean or kind == "models-v5")
        elif name not in ("final.safetensors", "first-step-grad.safetensors"):
            shutil.copyfile(path, os.path.join(target, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", required=True)
    parser.add_argument("--to", dest="target", required=True)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--lean", action="store_true")
    parser.add_argument("cases", nargs="+")
    args = parser.parse_args()
    for case in args.cases:
        source, target, kind = os.path.join(args.source, case), os.path.join(args.target, case), case.split("/")[0]
        if os.path.isdir(source):
            shutil.rmtree(target, ignore_errors=True)
            copy(source, target, kind, args.whole, args.lean)
        else:
            pack(source, target)


if __name__ == "__main__":
    main()
