"""Compares Descent with an installed Keras 3: configs of all classes, and models opened by the other side.

    KERAS_BACKEND=torch python tests/keras/check.py

Prints what differs and exits with 1 if anything does. Needs Keras 3.16 or later, any backend that trains, and the .NET SDK.
"""

import inspect
import json
import pathlib
import subprocess
import sys
import tempfile

import keras
import numpy as np

from models import ARGUMENTS, models

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


def check_configs():
    """Every class of Keras: what Descent makes of its config, and writes again."""
    kinds = {
        "layers": keras.layers.Layer,
        "losses": keras.losses.Loss,
        "metrics": keras.metrics.Metric,
        "optimizers": keras.optimizers.Optimizer,
        "optimizers.schedules": keras.optimizers.schedules.LearningRateSchedule,
        "initializers": keras.initializers.Initializer,
        "regularizers": keras.regularizers.Regularizer,
        "constraints": keras.constraints.Constraint,
    }
    names, cases = [], []
    for kind, base in kinds.items():
        module = keras
        for part in kind.split("."):
            module = getattr(module, part)
        classes = {c for c in vars(module).values() if inspect.isclass(c) and issubclass(c, base) and c is not base}
        for cls in sorted(classes, key=lambda c: c.__name__):
            for arguments in ARGUMENTS.get(cls.__name__, [{}]):
                try:
                    made = cls(**{k: v() if inspect.isfunction(v) else v for k, v in arguments.items()})
                except (TypeError, ValueError, ImportError):
                    continue  # needs arguments that are not given here, or a package that is not installed
                names.append(cls.__name__)
                cases.append({"kind": kind, "json": json.loads(json.dumps(keras.saving.serialize_keras_object(made)))})
    lacking = set()
    for name, case, answer in zip(names, cases, descent("configs", cases)):
        if answer.get("error", "").startswith("Unknown"):
            lacking.add(name)
        elif "error" in answer:
            differs(name, answer["error"])
        else:
            compare_json(name, case["json"]["config"], answer["config"])
    print("Not in Descent:", ", ".join(sorted(lacking)))


def check_keras_models():
    """Models of Keras: opened, run and trained by Descent, written by it and opened again."""
    names, cases, expected = [], [], []
    for name, (make, inputs) in models().items():
        keras.backend.clear_session()
        model = make()
        outputs = answers(model.predict(data(model, inputs), verbose=0))
        targets = [y * 0.5 + 0.25 for y in outputs]
        case = {"json": json.loads(model.to_json()), "inputs": [write(x) for x in inputs], "targets": [write(y) for y in targets]}
        case["weights"] = [write(w) for w in model.get_weights()]
        names.append(name)
        cases.append(case)
        expected.append((inputs, outputs, train(model, inputs, targets)))
    for name, (inputs, outputs, trained), answer in zip(names, expected, descent("open", cases)):
        if "error" in answer:
            differs(name, answer["error"])
            continue
        compare(name, "output", read(answer["outputs"]), outputs, 2e-5)
        compare(name, "trained weight", read(answer["trained"]), trained, 5e-4)
        check_opened(f"{name}, written by Descent", answer, inputs, outputs)


def check_descent_models():
    """Models of Descent, opened, run and trained by Keras."""
    for answer in descent("write"):
        if "error" in answer:
            differs("A model of Descent", answer["error"])
            continue
        inputs = read(answer["inputs"])
        name = answer["json"]["config"]["name"]
        model = check_opened(name, answer, inputs, read(answer["outputs"]))
        if model is not None and "targets" in answer:
            compare(name, "trained weight", train(model, inputs, read(answer["targets"])), read(answer["trained"]), 5e-4)


def check_opened(name, answer, inputs, outputs):
    keras.backend.clear_session()
    try:
        model = keras.models.model_from_json(json.dumps(answer["json"]))
        if not model.built:
            model.build(inputs[0].shape)
        model.set_weights(read(answer["weights"]))
        compare(name, "output", answers(model.predict(data(model, inputs), verbose=0)), outputs, 2e-5)
        return model
    except Exception as error:  # whatever Keras has against the model is what is looked for
        differs(name, f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    print(f"Keras {keras.version()} on {keras.backend.backend()}")
    for check in (check_configs, check_keras_models, check_descent_models):
        check()
    print(f"{differences} differences")
    sys.exit(differences > 0)
