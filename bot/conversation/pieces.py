"""A question sent in several messages within seconds, met as the one that it plainly is."""

from bot.conversation.reply import Begun, Outcome, Question, Reply

#: Characters of a piece at most: a longer message is whole.
LENGTH = 60
#: A sentence that ends is whole too.
_ENDS = (".", "?", "!", "…")
_SURE = frozenset({Outcome.ANSWER, Outcome.COMMUNE})
_RANKS = {Outcome.SUGGESTIONS: 1, Outcome.ANSWER: 2, Outcome.COMMUNE: 2}


def whole(question: Question) -> Question | None:
    """The question with what she began just before, as if she had asked it in one message."""
    begun = question.begun
    if begun is None or len(question.text) > LENGTH:
        return None
    return Question(f"{begun.text} {question.text}", conversation=begun.conversation)


def plainly_one(alone: Reply, joined: Reply, question: Question) -> bool:
    """Whether the reply to the whole is to take the place of the one to the last message.

    What was answered is never taken back, nor is a message that is clear alone read otherwise.
    """
    before = question.conversation
    if alone.urgent or joined.urgent:
        return joined.urgent and not alone.urgent
    same = (joined.outcome, joined.entry, joined.commune)
    same_as_alone = same == (alone.outcome, alone.entry, alone.commune)
    if before.last in _SURE:
        return same_as_alone and joined.outcome is Outcome.ANSWER and joined.entry == before.entry
    if before.last == Outcome.CHOOSE_COMMUNE and alone.outcome is Outcome.SMALLTALK:
        return joined.outcome is Outcome.COMMUNE  # « saint amand », « les eaux »
    if alone.outcome in {*_SURE, Outcome.SMALLTALK, Outcome.CHOOSE_COMMUNE}:
        return same_as_alone
    ranks = [(_RANKS.get(one.outcome, 0), one.confidence) for one in (joined, alone)]
    return ranks[0][0] > 0 and ranks[0] > ranks[1]


def begun(question: Question, reply: Reply) -> Begun | None:
    """What the next message may go on from, if that comes within seconds."""
    text = question.text.strip()
    if not text or text.endswith(_ENDS) or len(text) > LENGTH or reply.urgent:
        return None
    earlier = question.begun
    if earlier and (reply.joins or _SURE.isdisjoint({reply.outcome, question.conversation.last})):
        return Begun(f"{earlier.text} {text}", earlier.conversation, earlier.messages + 1)
    return Begun(text, question.conversation)
