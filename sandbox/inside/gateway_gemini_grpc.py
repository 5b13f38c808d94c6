"""Gemini's gRPC interface by its REST one: which call is which path, and the messages that it reads and answers with.

Of google.ai.generativelanguage (v1, v1beta) the fields that the gateway reads or writes; clients take an answer that
leaves the others out, and the gateway passes over those of a request.
"""

import json
import re
import urllib.parse

from gateway_http import Request
from protobuf_messages import Messages

_METHOD = re.compile(r"/google\.ai\.generativelanguage\.(v1\w{0,8})\.(\w{1,40})/(\w{1,40})")
_ENUMS = {
    "Type": ("TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"),
    "Mode": ("MODE_UNSPECIFIED", "AUTO", "ANY", "NONE"),
    "FinishReason": ("FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS"),
}
MESSAGES = Messages(
    {
        "Content": "repeated Part parts = 1; string role = 2",
        "Part": (
            "string text = 2; Blob inline_data = 3; FunctionCall function_call = 4;"
            "FunctionResponse function_response = 5; FileData file_data = 6"
        ),
        "Blob": "string mime_type = 1; bytes data = 2",
        "FileData": "string mime_type = 1; string file_uri = 2",
        "FunctionCall": "string name = 1; Struct args = 2; string id = 3",
        "FunctionResponse": "string name = 1; Struct response = 2; string id = 3",
        "Tool": "repeated FunctionDeclaration function_declarations = 1",
        "FunctionDeclaration": "string name = 1; string description = 2; Schema parameters = 3",
        "Schema": (
            "Type type = 1; string format = 2; string description = 3; bool nullable = 4; repeated string enum = 5;"
            "Schema items = 6; map<string, Schema> properties = 7; repeated string required = 8;"
            "int64 max_items = 21; int64 min_items = 22"
        ),
        "ToolConfig": "FunctionCallingConfig function_calling_config = 1",
        "FunctionCallingConfig": "Mode mode = 1; repeated string allowed_function_names = 2",
        "GenerationConfig": (
            "int32 candidate_count = 1; repeated string stop_sequences = 2; int32 max_output_tokens = 4;"
            "float temperature = 5; float top_p = 6; int32 top_k = 7; string response_mime_type = 13;"
            "Schema response_schema = 14"
        ),
        "GenerateContentRequest": (
            "string model = 1; repeated Content contents = 2; GenerationConfig generation_config = 4;"
            "repeated Tool tools = 5; ToolConfig tool_config = 7; Content system_instruction = 8"
        ),
        "GenerateContentResponse": (
            "repeated Candidate candidates = 1; UsageMetadata usage_metadata = 3; string model_version = 4"
        ),
        "Candidate": "Content content = 1; FinishReason finish_reason = 2; int32 index = 3",
        "UsageMetadata": "int32 prompt_token_count = 1; int32 candidates_token_count = 2; int32 total_token_count = 3",
        "EmbedContentRequest": "string model = 1; Content content = 2; int32 output_dimensionality = 5",
        "EmbedContentResponse": "ContentEmbedding embedding = 1",
        "ContentEmbedding": "repeated float values = 1",
        "BatchEmbedContentsRequest": "string model = 1; repeated EmbedContentRequest requests = 2",
        "BatchEmbedContentsResponse": "repeated ContentEmbedding embeddings = 1",
        "CountTokensRequest": (
            "string model = 1; repeated Content contents = 2; GenerateContentRequest generate_content_request = 3"
        ),
        "CountTokensResponse": "int32 total_tokens = 1",
        "ListModelsRequest": "int32 page_size = 2; string page_token = 3",
        "ListModelsResponse": "repeated Model models = 1",
        "GetModelRequest": "string name = 1",
        "Model": (
            "string name = 1; string base_model_id = 2; string version = 3; string display_name = 4;"
            "string description = 5; int32 input_token_limit = 6; int32 output_token_limit = 7;"
            "repeated string supported_generation_methods = 8"
        ),
    },
    _ENUMS,
)
# Service and method -> what stands behind the model in the path, and the messages of a request and of an answer.
_GENERATE = ("GenerateContentRequest", "GenerateContentResponse")
METHODS = {
    ("GenerativeService", "GenerateContent"): (":generateContent", *_GENERATE),
    ("GenerativeService", "StreamGenerateContent"): (":streamGenerateContent", *_GENERATE),
    ("GenerativeService", "EmbedContent"): (":embedContent", "EmbedContentRequest", "EmbedContentResponse"),
    ("GenerativeService", "BatchEmbedContents"): (
        ":batchEmbedContents",
        "BatchEmbedContentsRequest",
        "BatchEmbedContentsResponse",
    ),
    ("GenerativeService", "CountTokens"): (":countTokens", "CountTokensRequest", "CountTokensResponse"),
    ("ModelService", "ListModels"): ("", "ListModelsRequest", "ListModelsResponse"),
    ("ModelService", "GetModel"): ("", "GetModelRequest", "Model"),
}


def rest_of(path, message):
    """(the REST request that asks the same, the message of its answer); (None, "") where there is no such call.

    ValueError: `message` is none of the call's.
    """
    found = _METHOD.fullmatch(path)
    call = METHODS.get((found[2], found[3])) if found else None
    if call is None:
        return None, ""
    action, asked, answered = call
    document = MESSAGES.decoded(asked, message)
    named = document.get("model") or document.get("name") or ""
    model = urllib.parse.quote(named.rpartition("/")[2][:200], safe="")
    rest = "/v1beta/models" + (f"/{model or 'unnamed'}{action}" if asked != "ListModelsRequest" else "")
    body = json.dumps(document, ensure_ascii=False).encode()
    return Request("POST" if action else "GET", rest, body=body, shown=path), answered
