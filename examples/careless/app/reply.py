"""Let a hosted model write the reply; a smaller one says in which language."""

from openai import OpenAI

from app.search import best

client = OpenAI(base_url="https://us.api.openai.com/v1")


def reply(message: str) -> str:
    language = client.responses.create(
        model="gpt-4.1-nano-2025-04-14",
        instructions="Name the language of this message in one English word.",
        input=message,
        store=True,
    ).output_text
    return client.responses.create(
        model="gpt-4.1-mini-2025-04-14",
        instructions=f"Reply in {language}, and only from this: {best(message)}",
        input=message,
        store=False,
    ).output_text
