"""Files: models saved in the middle of their training by one side, loaded and trained on by the other, there and back again."""

import io
import json
import pathlib
import tempfile
import zipfile

import h5py
import keras
import numpy as np

from compare import answers, compare, compare_json, data, descent, differs, read, write
from models import OPTIMIZERS, carried, compiled, models

ENDINGS = ".keras", ".h5", ".weights.h5"

# Attributes in which the two sides may differ: check.py compares configs in the newer form.
OWN = "backend", "model_config", "training_config"


def called(optimizer):
    """The class of an optimizer, and in parentheses that of the one inside."""
    inner = getattr(optimizer, "inner_optimizer", None)
    return type(optimizer).__name__ + (f"({called(inner)})" if inner else "")


def state(model):
    return [keras.ops.convert_to_numpy(v) for v in model.optimizer.variables]


def step(model, inputs, targets):
    model.train_on_batch(data(model, inputs), data(model, targets, "outputs"))
    for variable in model.trainable_variables:  # with torch, Keras leaves the gradients of some inner layers to the next step
        variable.value.grad = None


def go_on(model, inputs, targets):
    """What a model predicts, what state its optimizer has, and what both have after one more step."""
    record = {"inputs": inputs, "targets": targets, "outputs": answers(model.predict(data(model, inputs), verbose=0)), "optimizer": state(model)}
    step(model, inputs, targets)
    return record | {"trained": model.get_weights() + state(model)}


def compare_records(name, found, expected):
    compare(name, "output", found["outputs"], expected["outputs"], 2e-5)
    compare(name, "optimizer variable", found["optimizer"], expected["optimizer"], 0)
    is_lost = "LossScaleOptimizer(Nadam)" in name and name.endswith("in Keras")  # its product, which Keras neither writes nor works out
    if "ScheduleFreeAdamW" not in name and not is_lost:  # with torch, Keras takes the new momentum where the formula has the old
        compare(name, "weight or optimizer variable after a step", found["trained"], expected["trained"], 2e-4)


def from_descent(answer):
    return {key: read(answer[key]) for key in ("inputs", "targets", "outputs", "optimizer", "trained") if key in answer}


def check_descent_files():
    """Models of Descent: opened by Keras, and again by Descent after Keras saved them."""
    with tempfile.TemporaryDirectory() as folder:
        cases = [{"model": i, "stem": f"{folder}/{i}", "optimizer": keras.optimizers.serialize(make())} for i, make in enumerate(OPTIMIZERS)]
        records = []
        for case, make, answer in zip(cases, OPTIMIZERS, descent("save", cases)):
            name = f"{answer.get('name', case['model'])} with {called(make())}"
            if "error" in answer:
                differs(name, answer["error"])
                continue
            record = from_descent(answer) | {"name": name, "stem": case["stem"]}
            if open_in_keras(record, f"{case['stem']}.of_keras"):
                records.append(record | {"stem": f"{case['stem']}.of_keras"})
        open_in_descent(records)


def check_keras_files():
    """Models of Keras: opened by Descent, and again by Keras after Descent saved them."""
    made = list(models().items())
    with tempfile.TemporaryDirectory() as folder:
        records = []
        for i, make in enumerate(OPTIMIZERS):
            name, (function, inputs) = made[i % len(made)]
            keras.backend.clear_session()
            keras.utils.set_random_seed(i)
            model = function()
            targets = [y * 0.5 + 0.25 for y in answers(model.predict(data(model, inputs), verbose=0))]
            model.compile(make(), keras.losses.MeanSquaredError())
            for _ in range(3):
                step(model, inputs, targets)
            stem = f"{folder}/{i}"
            save(model, stem)
            records.append({"name": f"{name} with {called(model.optimizer)}", "stem": stem} | go_on(model, inputs, targets))
        for record in open_in_descent(records):
            open_in_keras(record)
            compare_compiled(record["name"], record["from"], f"{record['stem']}.keras")
            for ending in ENDINGS[1:]:
                compare_layout(f"{record['name']}, layout of {ending}", f"{pathlib.Path(record['from']).with_suffix(ending)}", f"{record['stem']}{ending}")


def check_compiled():
    """What compile was given."""
    with tempfile.TemporaryDirectory() as folder:
        cases = []
        for i, (outputs, arguments) in enumerate(compiled()):
            keras.backend.clear_session()
            x = keras.Input((3,), name="x")
            ends = {name: keras.layers.Dense(4, name=name)(x) for name in ("left", "right")}
            model = keras.Model(x, ends["left"] if outputs == 1 else list(ends.values()) if outputs == 2 else ends)
            model.compile(**{"optimizer": "sgd", **arguments})
            model.save(f"{folder}/{i}.keras")
            cases.append({"path": f"{folder}/{i}.keras", "stem": f"{folder}/{i}.of_descent", "name": str(arguments)})
        for case, answer in zip(cases, descent("load", cases)):
            if "error" in answer:
                differs(case["name"], answer["error"])
                continue
            compare_compiled(case["name"], case["path"], f"{case['stem']}.keras")
            load(case["name"], f"{case['stem']}.keras")


def check_carried_states():
    """What layers carry from batch to batch is in no file; with torch, Keras does not train such layers."""
    model, x = carried()
    first, _ = (model.predict(x, verbose=0) for _ in range(2))
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/m.keras")
        (answer,) = descent("load", [{"path": f"{folder}/m.keras", "stem": f"{folder}/n"}])
        if "error" in answer:
            return differs("carried states", answer["error"])
        expected, found = (layout(io.BytesIO(zipfile.ZipFile(f"{folder}/{name}.keras").read("model.weights.h5"))) for name in "mn")
        compare_json("layout with carried states", expected, found)
        if loaded := load("carried states", f"{folder}/n.keras"):
            compare("carried states", "output", [loaded.predict(x, verbose=0)], [first], 2e-5)


CHECKS = check_descent_files, check_keras_files, check_compiled, check_carried_states


def save(model, stem):
    model.save(f"{stem}.keras")
    model.save_weights(f"{stem}.weights.h5")
    try:
        model.save(f"{stem}.h5")
    except ValueError as error:
        pathlib.Path(f"{stem}.h5").unlink(missing_ok=True)
        print(f"Keras does not save {pathlib.Path(stem).name}.h5: {error}")


def load(name, path):
    keras.backend.clear_session()
    try:
        return keras.models.load_model(path)
    except Exception as error:  # whatever Keras has against the file is what is looked for
        differs(name, f"{type(error).__name__}: {error}")


def opens_own(model, path):
    """Whether Keras opens its own .h5 file of a model, which it does of few that are not a plain stack of layers."""
    try:
        model.save(path)
        return keras.models.load_model(path, compile=False) is not None
    except (TypeError, ValueError):
        return False


def open_in_keras(record, stem=None):
    """Opens what Descent saved, with all endings; saves it again if a stem is given."""
    name, path = record["name"], record["stem"]
    if not (model := load(name, f"{path}.keras")):
        return False
    if stem:
        save(model, stem)
    compare_records(f"{name}, .keras in Keras", go_on(model, record["inputs"], record["targets"]), record)
    for variable in model.variables + model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    model.load_weights(f"{path}.weights.h5")
    compare_records(f"{name}, .weights.h5 in Keras", go_on(model, record["inputs"], record["targets"]), record)
    if opens_own(model, f"{path}.own.h5") and (model := load(f"{name}, .h5", f"{path}.h5")):
        outputs = answers(model.predict(data(model, record["inputs"]), verbose=0))
        compare(f"{name}, .h5 in Keras", "output", outputs, record["outputs"], 2e-5)
    return True


def open_in_descent(records):
    """Opens what Keras saved, with all endings, and returns the records of what Descent saved again."""
    cases, of = [], []
    for record in records:
        data = {"inputs": [write(x) for x in record["inputs"]], "targets": [write(y) for y in record["targets"]]}
        path = record["stem"]
        for ending in ENDINGS:
            if not pathlib.Path(path + ending).exists():
                continue
            case = {"path": f"{path}.h5" if ending == ".h5" else f"{path}.keras", "stem": f"{path}.of_descent{ENDINGS.index(ending)}"}
            cases.append(data | case | ({"weights": path + ending} if ending == ".weights.h5" else {}))
            of.append((ending, record))
    written = []
    for (ending, record), case, answer in zip(of, cases, descent("load", cases)):
        name = f"{record['name']}, {ending} in Descent"
        if "error" in answer:
            differs(name, answer["error"])
            continue
        compare_records(name, from_descent(answer), record)
        written.append(record | {"name": f"{record['name']}, {ending} and back", "stem": case["stem"], "from": case["path"]})
    return [w for w in written if w["from"].endswith(".keras")]


def compare_compiled(name, expected, found):
    compare_json(f"{name}, what it was compiled with", *(json.loads(zipfile.ZipFile(path).read("config.json"))["compile_config"] for path in (expected, found)))


def compare_layout(name, expected, found):
    """Groups, arrays and attributes of an HDF5 file of Keras, and of the same model written by Descent."""
    if pathlib.Path(expected).exists():
        compare_json(name, layout(expected), layout(found))


def layout(path):
    found = {}

    def visit(place, thing):
        if "descent" in place.split("/"):  # what Keras has no place for stands beside its own
            return
        found[place] = {key: np.asarray(value).tolist() for key, value in thing.attrs.items() if key not in OWN and not key.startswith("descent")}
        if isinstance(thing, h5py.Dataset):
            found[place] |= {"shape": list(thing.shape), "dtype": str(thing.dtype)}

    with h5py.File(path) as file:
        visit("", file)
        file.visititems(visit)
    for place, attributes in list(found.items()):
        if names := attributes.get("weight_names"):  # what stands before the last part of a name depends on how the model was made
            attributes["weight_names"] = [[name.rpartition("/")[2], found.pop(f"{place}/{name}")] for name in names]
    return {place: attributes for place, attributes in found.items() if any("shape" in a or "weight_names" in a for p, a in found.items() if p.startswith(place))}
