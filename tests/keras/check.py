"""Compares Descent with an installed Keras 3: configs of all classes, models and files opened by the other side.

    KERAS_BACKEND=torch python tests/keras/check.py

Prints what differs and exits with 1 if anything does. Needs Keras 3.16 or later, any backend that trains, and the .NET SDK.
"""

import inspect
import json
import sys

import keras

import files
from compare import answers, compare, compare_json, count, data, descent, differs, read, train, write
from models import ARGUMENTS, models


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
    for check in (check_configs, check_keras_models, check_descent_models, *files.CHECKS):
        check()
    print(f"{count()} differences")
    sys.exit(count() > 0)
