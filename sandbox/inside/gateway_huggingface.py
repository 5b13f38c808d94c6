"""The tasks of Hugging Face's inference: go on with a text, sum it up, translate it, answer from it, or its vector."""

import json

import gateway_vectors as vectors
from gateway_answers import Ask, reply
from gateway_read import BadRequest, members, number
from gateway_said import Said

# Models whose answer is a vector, by what stands in their names.
EMBEDS = ("sentence-transformers", "embed", "minilm", "bge-", "e5-", "gte-")


def error(_status, message, _param=None):
    """The document of an error."""
    return {"error": message}


def infer(body, tail):
    """`tail` is what follows "/models/": the model, and perhaps "/pipeline/" with a task."""
    model, _, task = tail.partition("/pipeline/")
    given = body.get("inputs")
    texts = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)]
    texts = texts or [json.dumps(given)] * isinstance(given, dict)
    if not texts:
        raise BadRequest("inputs is required", "inputs")
    ask = Ask(
        model, [("user", one) for one in texts], limit=number(members(body.get("parameters")).get("max_new_tokens"))
    )
    if task == "feature-extraction" or (not task and any(word in model.lower() for word in EMBEDS)):
        size = vectors.size_of(model)
        if size * len(texts) > vectors.MAX_FLOATS:
            raise BadRequest("too many inputs in one request", "inputs")
        made = [vectors.listed(vectors.vector(one, size)) for one in texts]
        return Said(made if isinstance(given, list) else made[0], ask=ask)
    said = reply(ask)
    usage = {"prompt_tokens": said.tokens_in, "completion_tokens": said.tokens_out}
    if isinstance(given, dict):  # a question and its context
        return Said({"answer": said.text, "score": 0.9, "start": 0, "end": len(said.text)}, ask=ask, usage=usage)
    names = ("generated_text", "summary_text", "translation_text")
    return Said([dict.fromkeys(names, said.text)], ask=ask, usage=usage)
