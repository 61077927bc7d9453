"""The commands that ask, look up and check, and the one that reads the knowledge beforehand."""

import argparse
import asyncio
import datetime as dt
import sys
from collections.abc import Callable, Mapping
from typing import Any

from bot import evaluation, terminal
from bot.answering import assistant_of, knowledge_of
from bot.communes.commune import communes_of
from bot.conversation.assistant import corpus_of
from bot.conversation.reply import Conversation, Question, commune_as_json
from bot.knowledge.contradictions import contradictions
from bot.knowledge.freshness import resting_on
from bot.knowledge.grounds import grounds_of
from bot.knowledge.problem import Problem
from bot.language.typography import typeset
from bot.settings import Settings
from bot.storage.compiled import compile_shipped
from bot.storage.knowledge_files import (
    KnowledgeError,
    examine,
    examined,
    read_files,
)
from bot.storage.readings import keep

#: What a command says, to programs and to people, and its exit code: see cli._Told.
Told = tuple[Any, Callable[[], None]] | tuple[Any, Callable[[], None], int]


class UnknownError(Exception):
    """What was named is not known; the message says which, in French."""


REFUSALS = (UnknownError, KnowledgeError)


def ask(settings: Settings, options: argparse.Namespace) -> Told:
    assistant = assistant_of(settings)
    if options.commune and assistant.gazetteer.get(options.commune) is None:
        raise UnknownError(f"Le code INSEE {options.commune} n’est pas connu.")
    question = Question(options.text, conversation=Conversation(commune=options.commune))
    reply = assistant.reply(question)
    return reply.as_json(), lambda: terminal.show_reply(reply, assistant.base.texts)


def chat(settings: Settings, _: argparse.Namespace) -> None:
    assistant = assistant_of(settings)
    terminal.converse(assistant.reply, assistant.base.texts)


def explain(settings: Settings, options: argparse.Namespace) -> Told:
    if options.entry:
        return _explain_entry(settings, options.entry)
    if options.fact:
        return _explain_fact(settings, options.fact)
    if not options.text:
        options.parser.error("il faut un texte, --entry ID ou --fact ID")
    explanation = assistant_of(settings).explain(options.text)
    return explanation.as_json(), lambda: terminal.show_explanation(explanation)


def _explain_entry(settings: Settings, key: str) -> Told:
    base = knowledge_of(settings, advice=False).base
    if key not in base.entries:
        raise UnknownError(f"L’entrée « {key} » n’existe pas.")
    grounds = grounds_of(base, key)
    told = {"entry": key, "sentences": [one.as_json() for one in grounds]}
    return told, lambda: terminal.show_grounds(base.entries[key], grounds)


def _explain_fact(settings: Settings, key: str) -> Told:
    base = knowledge_of(settings, advice=False).base
    if key not in base.facts:
        raise UnknownError(f"Le fait « {key} » n’existe pas.")
    entries = [base.entries[one] for one in resting_on(base, key)]
    told = {"fact": key, "entries": [entry.id for entry in entries]}
    return told, lambda: terminal.show_fact(base.facts[key], entries)


def commune(settings: Settings, options: argparse.Namespace) -> Told:
    lookup = knowledge_of(settings, advice=False).gazetteer.find(options.text)
    outcome, communes = communes_of(lookup)
    told = {"outcome": outcome, "communes": [commune_as_json(one) for one in communes]}
    return told, lambda: terminal.show_communes(communes)


def check(settings: Settings, options: argparse.Namespace) -> Told:
    path = options.file or settings.knowledge_dir
    files = read_files(path)
    _, checked = examine(files, dt.date.today())
    if checked.base:
        checked = checked.also(tuple(contradictions(checked.base, checked.faq, files)))
    if options.essais and checked.base:
        found = evaluation.failed_tests(assistant_of(settings, checked.base), checked.faq)
        checked = checked.also(found)
    links = _dead_links(files) if options.links else []
    problems, base = checked.problems, checked.base
    told = [problem.as_json() for problem in (*problems, *links)]
    code = 1 if checked.errors else 0

    def show() -> None:
        terminal.show_problems(problems, base, path)
        if options.links:
            terminal.show_links(links)

    return told, show, code


def _dead_links(files: Mapping[str, str]) -> list[Problem]:
    from bot.links import cited, dead

    links = cited(files)
    said = f"{len(links)} adresses à ouvrir, une par seconde et par site : quelques minutes."
    print(typeset(said), file=sys.stderr)
    return asyncio.run(dead(links))


def compile_knowledge(settings: Settings, _: argparse.Namespace) -> None:
    files = read_files(settings.knowledge_dir)
    ours = examined(files, dt.date.today())
    keep(files)
    compile_shipped(corpus_of(ours.base, ours.common))
