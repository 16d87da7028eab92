"""The C# half of the check, and what differs between it and Keras."""

import json
import pathlib
import subprocess
import tempfile

import keras
import numpy as np

HERE = pathlib.Path(__file__).parent
differences = 0


def descent(verb, cases=None):
    """Runs the C# half over cases and returns its answers."""
    with tempfile.TemporaryDirectory() as folder:
        given, answered = pathlib.Path(folder, "in.json"), pathlib.Path(folder, "out.json")
        given.write_text(json.dumps(cases or []))
        files = [answered] if cases is None else [given, answered]
        subprocess.run(["dotnet", "run", "-c", "Release", "--project", HERE, "--", verb, *files], check=True)
        return json.loads(answered.read_text())


def differs(name, what):
    global differences
    differences += 1
    print(f"{name}: {what}")


def count():
    return differences


def write(array):
    array = np.asarray(array)
    dtype = "int32" if array.dtype.kind == "i" else "float32"
    return {"shape": array.shape, "dtype": dtype, "data": array.ravel().tolist()}


def read(arrays):
    return [np.array(a["data"], a["dtype"]).reshape(a["shape"]) for a in arrays]


def compare(name, what, found, expected, tolerance):
    if len(found) != len(expected):
        return differs(name, f"{what}: {len(found)} arrays instead of {len(expected)}")
    for i, (x, y) in enumerate(zip(found, map(np.asarray, expected))):
        if x.shape != y.shape or np.abs(x - y).max(initial=0) > tolerance * (1e-3 + np.abs(y).max(initial=0)):
            differs(name, f"{what} {i} differs")


def compare_json(name, expected, found, path=""):
    if isinstance(expected, dict) and isinstance(found, dict):
        if expected.keys() != found.keys():
            differs(name, f"keys of {path or '/'}: {sorted(expected.keys() ^ found.keys())}")
        of_backend = str(expected.get("module", "")).startswith("keras.src.backend")  # each backend has optimizers of its own
        for key in expected.keys() & found.keys() - ({"module", "registered_name"} if of_backend else set()):
            compare_json(name, expected[key], found[key], f"{path}/{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for i, pair in enumerate(zip(expected, found)):
            compare_json(name, *pair, f"{path}/{i}")
    elif expected != found and [expected] != found:  # Keras makes a list of an axis when it builds
        differs(name, f"{path}: {expected} in Keras, {found} here")


def answers(outputs):
    return list(outputs.values()) if isinstance(outputs, dict) else keras.tree.flatten(outputs)


def data(model, arrays, end="inputs"):
    """Arrays as the model takes them: one, a list, or by name."""
    structure = getattr(model, f"_{end}_struct", None)
    return dict(zip(structure, arrays)) if isinstance(structure, dict) else arrays[0] if len(arrays) == 1 else arrays


def train(model, inputs, targets):
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.train_on_batch(data(model, inputs), data(model, targets, "outputs"))
    return model.get_weights()
