"""Who sells or serves models, how code shows that it calls one, and which variables lead its client to the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ADDRESS, PORT = "127.0.0.12", 4010
OLLAMA_PORT = 11434
# By these names code finds an Ollama that runs on the developer's machine, or in the same stack.
OLLAMA_HOSTS = ("localhost", "127.0.0.1", "host.docker.internal", "ollama")
GATEWAY = f"http://{ADDRESS}:{PORT}"
KEY = "assay-gateway-no-real-key"


@dataclass(frozen=True)
class Provider:
    """One row. An `unreached` provider's client reads no address from the environment; the text says what to do. It is
    led by the names of the `hosts` all the same, where there are any.

    python   distributions (normalised names), also known by their imports      node  packages of npm
    words    what names it in other manifests (go.mod, pom.xml, Cargo.toml)     names prefixes of its variables
    hosts    its public addresses, some with the start of a path, "*." before    env   what is given
             those of which there are many
    """

    id: str
    title: str
    python: tuple[str, ...] = ()
    node: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    unreached: str = ""


PROVIDERS = (
    Provider(
        "openai",
        "OpenAI",
        python=(
            "openai",
            "langchain-openai",
            "langchain",
            "langgraph",
            "llama-index",
            "llama-index-llms-openai",
            "llama-index-embeddings-openai",
            "litellm",
            "instructor",
            "openai-agents",
            "pydantic-ai",
            "pydantic-ai-slim",
            "crewai",
            "autogen-ext",
            "pyautogen",
            "dspy",
            "dspy-ai",
            "haystack-ai",
            "semantic-kernel",
            "smolagents",
        ),
        node=("openai", "@langchain/openai", "@ai-sdk/openai", "langchain", "llamaindex", "@llamaindex/openai"),
        words=("openai-go", "go-openai", "openai-java", "async-openai", "langchaingo"),
        names=("OPENAI_",),
        hosts=("api.openai.com",),
        env={
            "OPENAI_API_KEY": f"sk-{KEY}",
            "OPENAI_BASE_URL": f"{GATEWAY}/v1",
            "OPENAI_API_BASE": f"{GATEWAY}/v1",
        },
    ),
    Provider(
        "azure",
        "Azure OpenAI",
        node=("@azure/openai", "@ai-sdk/azure"),
        names=("AZURE_OPENAI_",),
        hosts=("*.openai.azure.com", "*.services.ai.azure.com"),
        env={
            "AZURE_OPENAI_API_KEY": KEY,
            "AZURE_OPENAI_ENDPOINT": GATEWAY,
            "OPENAI_API_VERSION": "2024-10-21",
        },
    ),
    Provider(
        "anthropic",
        "Anthropic",
        python=("anthropic", "langchain-anthropic", "llama-index-llms-anthropic", "claude-agent-sdk"),
        node=("@anthropic-ai/sdk", "@langchain/anthropic", "@ai-sdk/anthropic"),
        words=("anthropic-sdk-go", "anthropic-java"),
        names=("ANTHROPIC_", "CLAUDE_API"),
        hosts=("api.anthropic.com",),
        env={
            "ANTHROPIC_API_KEY": f"sk-ant-{KEY}",
            "ANTHROPIC_BASE_URL": GATEWAY,
            "ANTHROPIC_API_URL": GATEWAY,
        },
    ),
    Provider(
        "ollama",
        "Ollama",
        python=("ollama", "langchain-ollama", "llama-index-llms-ollama", "llama-index-embeddings-ollama"),
        node=("ollama", "@langchain/ollama", "ollama-ai-provider"),
        words=("ollama/ollama", "ollama-rs"),
        names=("OLLAMA_",),
        env={"OLLAMA_HOST": GATEWAY, "OLLAMA_BASE_URL": GATEWAY, "OLLAMA_API_BASE": GATEWAY},
    ),
    Provider(
        "groq",
        "Groq",
        python=("groq", "langchain-groq", "llama-index-llms-groq"),
        node=("groq-sdk", "@langchain/groq", "@ai-sdk/groq"),
        names=("GROQ_",),
        hosts=("api.groq.com",),
        env={"GROQ_API_KEY": f"gsk_{KEY}", "GROQ_BASE_URL": GATEWAY, "GROQ_API_BASE": GATEWAY},
    ),
    Provider(
        "gemini",
        "Google Gemini",
        python=("google-genai", "langchain-google-genai"),
        node=("@google/genai", "@langchain/google-genai", "@google/generative-ai", "@ai-sdk/google"),
        names=("GEMINI_",),
        hosts=("generativelanguage.googleapis.com",),
        env={"GEMINI_API_KEY": KEY, "GOOGLE_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": GATEWAY},
    ),
    Provider(
        "gemini-old",
        "Google Gemini",
        python=("google-generativeai",),
        hosts=("generativelanguage.googleapis.com",),
        env={"GEMINI_API_KEY": KEY, "GOOGLE_API_KEY": KEY},
        unreached="Its client has its address built in; move to google-genai, its successor.",
    ),
    Provider(
        "mistral",
        "Mistral",
        python=("langchain-mistralai",),
        node=("@langchain/mistralai",),
        names=("MISTRAL_",),
        hosts=("api.mistral.ai",),
        env={"MISTRAL_API_KEY": KEY, "MISTRAL_BASE_URL": f"{GATEWAY}/v1"},
    ),
    Provider(
        "mistral-sdk",
        "Mistral",
        python=("mistralai",),
        node=("@mistralai/mistralai", "@ai-sdk/mistral"),
        hosts=("api.mistral.ai",),
        env={"MISTRAL_API_KEY": KEY, "MISTRAL_BASE_URL": GATEWAY},
        unreached='Give the client server_url=os.getenv("MISTRAL_BASE_URL").',
    ),
    Provider(
        "deepseek",
        "DeepSeek",
        python=("langchain-deepseek",),
        node=("@ai-sdk/deepseek",),
        names=("DEEPSEEK_",),
        hosts=("api.deepseek.com",),
        env={
            "DEEPSEEK_API_KEY": f"sk-{KEY}",
            "DEEPSEEK_API_BASE": f"{GATEWAY}/v1",
            "DEEPSEEK_BASE_URL": f"{GATEWAY}/v1",
        },
    ),
    Provider(
        "openrouter",
        "OpenRouter",
        names=("OPENROUTER_",),
        hosts=("openrouter.ai/api",),
        env={"OPENROUTER_API_KEY": f"sk-or-{KEY}", "OPENROUTER_BASE_URL": f"{GATEWAY}/v1"},
    ),
    Provider(
        "together",
        "Together",
        python=("together", "langchain-together"),
        node=("together-ai",),
        names=("TOGETHER_",),
        hosts=("api.together.xyz", "api.together.ai"),
        env={"TOGETHER_API_KEY": KEY, "TOGETHER_BASE_URL": f"{GATEWAY}/v1"},
    ),
    Provider(
        "spring-ai",
        "Spring AI",
        words=("spring-ai",),
        env={
            "SPRING_AI_OPENAI_API_KEY": f"sk-{KEY}",
            "SPRING_AI_OPENAI_BASE_URL": GATEWAY,
            "SPRING_AI_ANTHROPIC_API_KEY": f"sk-ant-{KEY}",
            "SPRING_AI_ANTHROPIC_BASE_URL": GATEWAY,
            "SPRING_AI_OLLAMA_BASE_URL": GATEWAY,
        },
    ),
    Provider(
        "huggingface",
        "Hugging Face Inference",
        node=("@huggingface/inference",),
        names=("HUGGINGFACEHUB_API",),
        hosts=("api-inference.huggingface.co", "router.huggingface.co"),
        env={"HF_INFERENCE_ENDPOINT": GATEWAY, "HUGGINGFACEHUB_API_TOKEN": f"hf_{KEY}"},
        unreached="Its client has its address built in; use the openai package with OPENAI_BASE_URL instead.",
    ),
    Provider(
        "cohere",
        "Cohere",
        python=("cohere", "langchain-cohere"),
        node=("cohere-ai",),
        names=("COHERE_",),
        hosts=("api.cohere.com", "api.cohere.ai"),
        env={"COHERE_API_KEY": KEY, "CO_API_KEY": KEY, "CO_API_URL": GATEWAY},
        unreached='Give the client base_url=os.getenv("CO_API_URL").',
    ),
)
