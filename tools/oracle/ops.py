"""
Writes what PyTorch makes of every generated op, for the test OpOracleTest.

    python tools/oracle/ops.py

reads src/test/resources/org/flowprior/torch/ops.tsv and writes op-oracle.json and op-oracle.bin beside it. Needs the
PyTorch version that flowprior is built for, and numpy; the same version writes the same bytes.

The JSON holds "tensors", each [dtype, shape, offset into the binary file] and strides where it is not contiguous; an
offset of -1 stands for a tensor whose elements are not defined. "entries" holds the cases of each schema entry: the
arguments in schema order (a tensor by its number, layouts left out), how many at the end are at their defaults, which
lists one int would stand for, the results, the arguments that differ afterwards, and gradients; "after" and "grad"
count the tensors among the arguments, lists flattened.
"""
import json
import os
import sys
import warnings
from pathlib import Path

import torch

import ops_choose
import ops_lists
import ops_opinfo
import ops_record
import ops_samples
import ops_schema

RESOURCES = Path(__file__).resolve().parents[2] / "src/test/resources/org/flowprior/torch"
# Their elements are whatever memory held.
UNINITIALISED = {"empty", "empty_strided", "empty_like", "new_empty"}


def main():
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The database walks through sets of strings.
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"PYTHONHASHSEED": "0"})
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    by_name = ops_opinfo.load()
    store, entries, report = ops_record.Store(), {}, []
    listed = ops_schema.read_entries(RESOURCES / "ops.tsv")
    ops_samples.check(listed)
    for entry in listed:
        store_values = entry.base not in UNINITIALISED
        fixed = ops_lists.calls(entry) + ops_samples.calls(entry)
        candidates = [] if ops_lists.owns(entry) else contiguous(entry, ops_opinfo.candidates(by_name, entry))
        cases = ops_choose.choose(entry, fixed, candidates, store_values, report)
        entries[entry.name] = [ops_record.to_json(entry, case, store, store_values) for case in cases]
    lines = [json.dumps(t, separators=(",", ":")) for t in store.tensors]
    text = ['{"torch":"%s","seed":%d,"tensors":[' % (torch.__version__.split("+")[0], ops_record.SEED),
            ",\n".join(lines), '],\n"entries":{']
    text.append(",\n".join(json.dumps(name) + ":[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
                           + "]" for name, cases in entries.items()))
    text.append("}}\n")
    (RESOURCES / "op-oracle.json").write_text("".join(text))
    (RESOURCES / "op-oracle.bin").write_bytes(store.data)
    cases = [c for e in entries.values() for c in e]
    print("\n".join(report))
    print(f"{len(entries)} entries, {sum(bool(c) for c in entries.values())} with cases, {len(cases)} cases, "
          f"{sum(any('grad' in c for c in e) for e in entries.values())} entries with gradients, "
          f"{len(store.tensors)} tensors in {len(store.data)} bytes")
    return 0 if all(entries.values()) else 1


def contiguous(entry, candidates):
    for values in candidates:
        yield {a.name: ops_record.replace(values[a.name], iter(
            [t.detach().resolve_conj().resolve_neg().clone(memory_format=torch.contiguous_format)
             for t in ops_record.tensors_of(values[a.name])])) for a in entry.arguments}


if __name__ == "__main__":
    sys.exit(main())
