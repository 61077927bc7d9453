"""Conversations written from the list of questions alone, and what the assistant makes of them."""

from collections.abc import Sequence
from pathlib import Path

from bot.conversation.assistant import Assistant
from bot.conversation.reply import Conversation, Question, Reply
from bot.evaluation import Dialogue, read_dialogues

DIALOGUES = read_dialogues(Path(__file__).with_suffix(".yaml").read_text("utf-8"))


def by_token(assistant: Assistant, sayings: Sequence[str]) -> list[Reply]:
    """What the assistant replies, as a caller of the API holds the conversation."""
    replies = []
    conversation = Conversation()
    for say in sayings:
        reply = assistant.reply(Question(say, conversation=conversation))
        conversation = Conversation.read(reply.conversation.token())
        replies.append(reply)
    return replies


def said(dialogue: Dialogue) -> list[str]:
    return [turn.say for turn in dialogue.turns]
