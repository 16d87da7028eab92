#!/usr/bin/env python3
"""Makes tests/golden/hdf5: files with everything that Descent.Hdf5 must read, and what h5py finds in them (expected.json).

    python3 tests/golden/make_hdf5.py tests/golden/hdf5     needs h5py and NumPy

Each file is made by the HDF5 library itself. In expected.json numbers stand as the SHA-256 of their values as little-endian
float64 or int64, in row-major order; text and small attributes stand as they are.
"""
import ctypes
import gzip
import hashlib
import json
import os
import sys
import tempfile
import zlib

import h5py
import numpy as np

FLOATS = ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]
INTEGERS = [order + sign + size for order in "<>" for sign in "iu" for size in "1248"]


def numbers(shape, dtype, seed=0):
    values = np.random.default_rng(seed).integers(0, 100, shape)
    return (values / 4 if "f" in dtype else values).astype(dtype)


def kinds(f):
    for dtype in FLOATS + INTEGERS:
        f.create_dataset(f"numbers/{dtype[1:]}_{'big' if dtype[0] == '>' else 'little'}", data=numbers((3, 4), dtype))
        f.attrs[f"a_{dtype[1:]}_{'big' if dtype[0] == '>' else 'little'}"] = numbers((2,), dtype)
    f["numbers/negative"] = np.array([-1, -128, 127], "i1")
    f["scalar"] = np.float32(1.5)
    f["empty"] = np.zeros((0, 3), "f4")
    f["booleans"] = np.array([True, False, True])
    f["text/variable"] = ["a", "", "grün"]
    f["text/scalar"] = "scalar"
    f["text/fixed"] = np.array([b"ab", b"", b"abcd"])
    space_padded(f, b"spaces", np.array([b"ab  ", b"abcd"]))
    f["opaque"] = np.array([b"\x01\x02", b"\x03\x04"], dtype="V2")
    f["compound"] = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
    f["numbers/bfloat"] = np.array([1, 2], "u2")
    f.attrs["text"] = "grüße"
    f.attrs["bytes"] = b"ascii"
    f.attrs["texts"] = ["x", "yy", ""]
    f.attrs["fixed"] = np.array([b"one", b"three"])
    f.attrs["none"] = np.array([], "f8")
    f.attrs["nothing"] = h5py.Empty("f4")
    f.attrs["true"] = True
    f.attrs["integer"] = 5
    f.attrs["number"] = 0.25
    f.attrs["ünïcode"] = 1
    f["scalar"].attrs["unit"] = "m"


def space_padded(f, name, texts):
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(texts.dtype.itemsize)
    kind.set_strpad(h5py.h5t.STR_SPACEPAD)
    made = h5py.h5d.create(f.require_group("text").id, name, kind, h5py.h5s.create_simple(texts.shape))
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, texts, mtype=kind)


def early(f, name, data, chunks):
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_chunk(chunks)
    dcpl.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple(data.shape)
    made = h5py.h5d.create(f.id, name.encode(), h5py.h5t.IEEE_F32LE, space, dcpl)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, data)


def chunked(f):
    a = numbers((10, 7), "<f4", 1)
    f.create_dataset("single", data=a, chunks=a.shape)
    f.create_dataset("single_gzip", data=a, chunks=a.shape, compression="gzip", shuffle=True)
    early(f, "implicit", a, (4, 3))
    f.create_dataset("fixed", data=a, chunks=(4, 3))
    f.create_dataset("fixed_limits", data=a, chunks=(4, 3), maxshape=(20, 30))
    f.create_dataset("fixed_gzip", data=a, chunks=(4, 3), compression="gzip", compression_opts=9)
    f.create_dataset("extensible", data=a, chunks=(4, 3), maxshape=(None, 7))
    f.create_dataset("extensible_second", data=a, chunks=(2, 2), maxshape=(30, None))
    f.create_dataset("extensible_gzip", data=a, chunks=(1, 3), maxshape=(None, 7), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("tree", data=a, chunks=(4, 3), maxshape=(None, None))
    f.create_dataset("tree_gzip", data=a, chunks=(1, 1), maxshape=(None, None), compression="gzip", fletcher32=True)
    f.create_dataset("big_endian", data=a.astype(">f4"), chunks=(4, 3), shuffle=True)
    f.create_dataset("integers", data=numbers((100,), "<i8"), chunks=(33,), compression="gzip", shuffle=True)
    f.create_dataset("text", data=["a", "bc", "def"], chunks=(2,), dtype=h5py.string_dtype())
    f.create_dataset("three", data=numbers((5, 6, 7), "<f8", 2), chunks=(2, 4, 3), fletcher32=True)
    f.create_dataset("odd_bytes", data=numbers((9,), "|u1", 2), chunks=(3,), fletcher32=True)
    unwritten = f.create_dataset("unwritten", (6, 5), "<f4", chunks=(2, 2), fillvalue=2.5)
    unwritten[2:4, 2:4] = 7
    f.create_dataset("never_written", (6, 5), "<i4", fillvalue=-3)
    f.create_dataset("never_written_chunks", (6, 5), "<f4", chunks=(2, 2))
    grown = f.create_dataset("shrunk", data=a, chunks=(2, 2), maxshape=(None, None))
    grown.resize((5, 4))
    skipped = f.create_dataset("skipped", (4,), "<f4", chunks=(2,), compression="gzip", shuffle=True)
    skipped.id.write_direct_chunk((0,), np.array([1, 2], "<f4").tobytes(), filter_mask=3)
    skipped[2:] = [3, 4]


def unfiltered_edges(f):
    data = numbers((10, 7), "<f4", 3)
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_chunk((4, 3))
    dcpl.set_deflate(4)
    library().H5Pset_chunk_opts(ctypes.c_int64(dcpl.id), 2)  # H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS
    for name, limits in ((b"fixed", (10, 7)), (b"tree", (h5py.h5s.UNLIMITED,) * 2)):
        made = h5py.h5d.create(f.id, name, h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(data.shape, limits), dcpl)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, data)


def library():
    """The HDF5 library that h5py has loaded, for what h5py does not offer."""
    return ctypes.CDLL(next(line.split()[-1] for line in open("/proc/self/maps") if "libhdf5" in line and "_hl" not in line))


def compact(f):
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_layout(h5py.h5d.COMPACT)
    data = numbers((3, 2), "<f4")
    made = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(data.shape), dcpl)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, data)


def long_arrays(f):
    for name, limit in (("fixed", (3000,)), ("extensible", (None,))):
        f.create_dataset(name, data=numbers((3000,), "|u1"), chunks=(1,), maxshape=limit)
        sparse = f.create_dataset(f"{name}_sparse", (60000,), "|u1", chunks=(1,), maxshape=limit if limit[0] is None else (60000,))
        for i in (0, 5, 1500, 2600, 31000, 59999):
            sparse[i] = i % 251
    f.create_dataset("tree", data=numbers((60, 50), "|u1"), chunks=(1, 1), maxshape=(None, None))
    f.create_dataset("old", data=numbers((700,), "|u1"), chunks=(1,))


def groups(f):
    many = f.create_group("many")
    for i in range(400):
        many.create_group(f"member_{i}")
    f.create_group("nothing")
    deep = f
    for i in range(30):
        deep = deep.create_group(f"d{i}")
    ordered = f.create_group("ordered", track_order=True)
    for name in ("z", "a", "m"):
        ordered.create_group(name)
    more = f.create_group("ordered_many", track_order=True)
    for i in range(40):
        more.create_group(f"{(i * 7) % 40}")
    f.create_dataset("data", data=numbers((3,), "<f4"))
    f["same"] = f["data"]
    attributed = f.create_group("attributes")
    for i in range(30):
        attributed.attrs[f"name_{i}"] = f"value {i}"
    kept = f.create_group("attributes_ordered", track_order=True)
    for i in range(30):
        kept.attrs[f"{(i * 11) % 30}"] = i
    f["type"] = np.dtype("<f8")
    f.create_dataset("committed", data=numbers((3,), "<f8"), dtype=f["type"])
    f.attrs.create("committed", 2.5, dtype=f["type"])


def large_attribute(f):
    group = f.create_group("large")
    group.attrs["numbers"] = np.arange(20000, dtype="<f8")
    group.attrs["text"] = "x" * 100000


def links(f):
    f.create_dataset("data", data=numbers((3,), "<f4"))
    f["soft"] = h5py.SoftLink("/data")
    f["external"] = h5py.ExternalLink("other.h5", "/data")
    f.create_group("circle")["up"] = f["/"]


def refused(f):
    f.create_dataset("lzf", data=numbers((30,), "<f4"), compression="lzf")
    f.create_dataset("scaleoffset", data=numbers((30,), "<i4"), scaleoffset=0)
    layout = h5py.VirtualLayout(shape=(3,), dtype="<f4")
    layout[:] = h5py.VirtualSource("other.h5", "data", shape=(3,))
    if f.libver[0] != "earliest":
        f.create_virtual_dataset("virtual", layout)
    for name, stored in (("bomb", zlib.compress(bytes(10_000_000))), ("short", zlib.compress(bytes(8))), ("cut", zlib.compress(bytes(range(16)))[:10]), ("mere", b"no deflate")):
        damaged = f.create_dataset(name, (4,), "<f4", chunks=(4,), compression="gzip")
        damaged.id.write_direct_chunk((0,), stored)
    unequal = f.create_dataset("unequal", (4,), "<f4", chunks=(4,), fletcher32=True)
    unequal.id.write_direct_chunk((0,), bytes(range(20)))
    f.create_dataset("external", (3,), "<f4", external=[("other.bin", 0, 12)])


def described(name, value):
    """What one dataset or attribute holds, as the test compares it."""
    if isinstance(value, h5py.Empty):
        return {"shape": [0]}
    array = np.asarray(value)
    entry = {"shape": list(array.shape)}
    if array.dtype.kind in "OSU":
        texts = [v.decode().rstrip() if isinstance(v, bytes) else v for v in array.reshape(-1)]
        entry["text"] = texts if sum(map(len, texts)) < 1000 else hashlib.sha256("\0".join(texts).encode()).hexdigest()
    elif array.dtype.kind in "fiub":
        wide = "<f8" if array.dtype.kind == "f" else "<i8"
        entry[{"<f8": "floats", "<i8": "integers"}[wide]] = hashlib.sha256(array.astype(wide).tobytes()).hexdigest()
    else:
        entry["bytes"] = array.tobytes().hex()
    return entry


def contents(f):
    objects = {}

    def visit(path, item):
        entry = {"attributes": {name: described(name, item.attrs[name]) for name in item.attrs}}
        if isinstance(item, h5py.Group):
            entry["names"] = sorted(item, key=str.encode)
            objects[path] = entry
            for name in item:
                if isinstance(item.get(name, getlink=True), h5py.HardLink) and isinstance(item[name], (h5py.Group, h5py.Dataset)):
                    visit(f"{path.rstrip('/')}/{name}", item[name])
        else:
            objects[path] = entry | described(path, item[()]) | {"shape": list(item.shape)}

    visit("/", f)
    return objects


def low_level(path, superblock1=False, sizes=None):
    fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    if superblock1:
        library().H5Pset_istore_k(ctypes.c_int64(fcpl.id), 16)
    if sizes:
        fcpl.set_sizes(*sizes)
    return h5py.File(h5py.h5f.create(path.encode(), h5py.h5f.ACC_TRUNC, fcpl))


def make(folder):
    os.makedirs(folder, exist_ok=True)
    expected = {}
    files = {}
    for what in (kinds, chunked, compact, long_arrays, groups):
        for libver in ("earliest", "v108", "latest"):
            if what is long_arrays and libver != "latest" or what is compact and libver == "v108":
                continue
            files[f"{what.__name__}_{libver}"] = (what, dict(libver=libver if libver != "v108" else ("v108", "v108")))
    files["unfiltered_edges"] = (unfiltered_edges, dict(libver="latest"))
    files["large_attribute"] = (large_attribute, dict(libver="latest"))
    files["user_block"] = (compact, dict(userblock_size=1024))
    files["user_block_latest"] = (compact, dict(userblock_size=512, libver="latest"))
    for libver in ("earliest", "latest"):
        files[f"links_{libver}"] = (links, dict(libver=libver))
        files[f"refused_{libver}"] = (refused, dict(libver=libver))
    with tempfile.TemporaryDirectory() as temporary:
        for name, (what, arguments) in files.items():
            write(os.path.join(temporary, name), lambda path: h5py.File(path, "w", **arguments), what, folder, name, expected)
        write(os.path.join(temporary, "s1"), lambda path: low_level(path, superblock1=True), chunked, folder, "superblock1", expected)
        write(os.path.join(temporary, "s4"), lambda path: low_level(path, sizes=(4, 4)), kinds, folder, "sizes4", expected)
    with gzip.GzipFile(os.path.join(folder, "expected.json.gz"), "wb", 9, mtime=0) as out:
        out.write(json.dumps(expected).encode())


def write(path, opened, what, folder, name, expected):
    with opened(path) as f:
        what(f)
    if what not in (links, refused):
        with h5py.File(path) as f:
            expected[name] = contents(f)
    with open(path, "rb") as made, gzip.GzipFile(os.path.join(folder, f"{name}.h5.gz"), "wb", 9, mtime=0) as out:
        out.write(made.read())


if __name__ == "__main__":
    make(sys.argv[1])
