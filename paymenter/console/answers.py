"""Fields whose questions depend on the record: the options that a service may have, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from paymenter.console.fields import Value


@dataclass(frozen=True, slots=True)
class Question:
    """choices: value and label."""

    key: str
    label: str
    choices: Sequence[tuple[str, str]]


class AnswersWidget(forms.Widget):
    template_name = "console/widgets/answers.html"

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__()
        self.questions = questions

    @property
    def is_hidden(self) -> bool:
        """Without questions there is nothing to show."""
        return not self.questions

    def id_for_label(self, id_: str | None) -> str:
        return ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        given = {each.key: data.get(f"{name}-{each.key}") for each in self.questions}
        return {key: value for key, value in given.items() if value not in (None, "")}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen: Mapping[str, Any] = value if isinstance(value, dict) else {}
        context["questions"] = [
            {
                "name": f"{name}-{each.key}",
                "label": each.label,
                "choices": [
                    (key, text, str(chosen.get(each.key, "")) == key) for key, text in each.choices
                ],
            }
            for each in self.questions
        ]
        return context


class Answers(Value):
    """A map of what was chosen, by the key of the question; what was not is not in it."""

    def __init__(self, questions: Sequence[Question], **options: Any) -> None:
        super().__init__(widget=AnswersWidget(questions), **options)

    def to_python(self, value: Any) -> dict[str, Any]:
        return value if isinstance(value, dict) else {}
