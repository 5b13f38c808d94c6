"""Errors of saved models, and of what language models need, when a process starts, most specific first: data only."""

from sandbox.diagnosis.rules import rule

MODEL_SUFFIXES = (
    r"(?:pkl|pickle|joblib|sav|pt|pth|bin|h5|hdf5|keras|onnx|tflite|safetensors|gguf|ckpt|model|mlmodel|cbm|npy|npz)"
)

MODEL_RULES = (
    rule(
        "lfs_pointer",
        (
            r"invalid load key, 'v'",
            r"Unsupported operand 118",
            r"^KeyError: 118$",
            r"version https://git-lfs\.github\.com/spec/v1",
        ),
        "A file that the app opens is a Git LFS pointer, not the file itself",
        "Commit the file without LFS (git lfs untrack, then add it again), or fetch it in the Dockerfile.",
    ),
    rule(
        "model_class_missing",
        (r"AttributeError: Can't get attribute '(?P<name>\w{1,60})' on <module '__main__'",),
        "The saved model needs the class or function {name}, which the script that saved it defined",
        "Move {name} into a module that training and serving both import, and save the model again.",
    ),
    rule(
        "model_version_mismatch",
        (
            r"AttributeError: Can't get attribute '\w{1,60}' on <module '[\w.]{1,80}'",
            r"ValueError: node array from the pickle has an incompatible dtype",
            r"ValueError: unsupported pickle protocol: \d",
            r"ModuleNotFoundError: No module named '(?:sklearn|numpy\._core|pandas\.core|xgboost)\.[\w.]{1,80}'",
            r"ValueError: <class 'numpy\.random\.[\w.]{1,40}'> is not a known BitGenerator",
            r"__randomstate_ctor\(\) takes from \d to \d positional arguments",
        ),
        "A saved model was written by another version of its library",
        "Put the versions that trained the model into the requirements (pip freeze shows them), or train it again.",
    ),
    rule(
        "model_unreadable",
        (
            r"UnpicklingError",
            r"EOFError: Ran out of input",
            r"OSError: Unable to (?:synchronously )?open file",
            r"PytorchStreamReader failed",
            r"Header ?[Tt]oo ?(?:[Ll]arge|[Ss]mall)|header too (?:large|small)",
            r"INVALID_PROTOBUF|InvalidProtobuf",
            r"XGBoostError: [^\n]{0,200}(?:corrupted|Invalid cast)",
        ),
        "A saved model cannot be read",
        "Commit the whole file, as it was saved, with the versions in the requirements; load it once from a clone.",
    ),
    rule(
        "model_missing",
        (
            r"(?:FileNotFoundError|OSError): \[Errno 2\] [^\n:]{1,60}: '?(?P<file>[^'\n]{1,160}\."
            + MODEL_SUFFIXES
            + r")\b'?",
            r"No file or directory found at (?P<file2>[^\n]{1,160})",
        ),
        "The model {file} is not in the repository",
        "Commit {file} (look into .gitignore), or train or fetch it in the Dockerfile before the app starts.",
    ),
    rule(
        "tokeniser_needed",
        (r"host='openaipublic\.blob\.core\.windows\.net'[^\n]{0,80}url: /encodings/(?P<name>\w{1,40})\.tiktoken",),
        "tiktoken downloads its table {name} when the app starts, and a running service has no way out",
        "Let the build download it, in a Dockerfile: ENV TIKTOKEN_CACHE_DIR=/opt/tiktoken, then "
        "RUN python -c \"import tiktoken; tiktoken.get_encoding('{name}')\".",
    ),
)
