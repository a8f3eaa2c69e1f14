"""The device model of the peer station: components, variables, reports, reading and writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

Wire: TypeAlias = dict[str, Any]
"""A JSON object as it goes over the wire (or as the `ocpp` package hands it on, in snake_case)."""

NUMERIC = ("integer", "decimal")


def now() -> str:
    """The present time as OCPP writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def same(a: str | None, b: str | None) -> bool:
    """Names and instances are identifierStrings: equal without regard to case."""
    return (a or "").casefold() == (b or "").casefold()


@dataclass(frozen=True)
class Component:
    """A component at its place: station (no EVSE), EVSE, or connector."""

    name: str
    instance: str | None = None
    evse: int | None = None
    connector: int | None = None

    @staticmethod
    def read(wire: Wire) -> Component:
        """The component a request names."""
        evse = wire.get("evse") or {}
        return Component(wire["name"], wire.get("instance"), evse.get("id"), evse.get("connector_id"))

    def wire(self) -> Wire:
        """The component as a message names it."""
        wire: Wire = {"name": self.name}
        if self.instance is not None:
            wire["instance"] = self.instance
        if self.evse is not None:
            wire["evse"] = {"id": self.evse}
            if self.connector is not None:
                wire["evse"]["connectorId"] = self.connector
        return wire

    def is_same(self, other: Component) -> bool:
        """Equal as OCPP compares."""
        return (
            same(self.name, other.name)
            and same(self.instance, other.instance)
            and (self.evse, self.connector) == (other.evse, other.connector)
        )

    def is_selected_by(self, asked: Component) -> bool:
        """Whether a report filter selects it; what the filter leaves out matches all (B08.FR.22-25)."""
        return (
            same(self.name, asked.name)
            and (asked.instance is None or same(self.instance, asked.instance))
            and asked.evse in (None, self.evse)
            and asked.connector in (None, self.connector)
        )

    def place(self) -> str:
        """Where it sits, as the guideline writes it; empty for the station itself."""
        if self.evse is None:
            return ""
        return f" @EVSE {self.evse}" + ("" if self.connector is None else f", connector {self.connector}")

    def title(self) -> str:
        """Name and instance."""
        return f"{self.name}[{self.instance}]" if self.instance else self.name

    def __str__(self) -> str:
        return self.title() + self.place()


@dataclass(frozen=True)
class Preset:
    """A monitor the maker ships."""

    type: str
    severity: int
    value: float = 1
    hardwired: bool = True


@dataclass(eq=False)
class Variable:
    """One variable of one component, with its actual value and its characteristics."""

    component: Component
    name: str
    instance: str | None
    data_type: str
    value: str
    access: str = "ReadOnly"
    unit: str | None = None
    limits: tuple[float | None, float | None] = (None, None)
    values: tuple[str, ...] = ()
    monitored: bool = False
    presets: tuple[Preset, ...] = ()
    source: Callable[[], str] | None = None
    """Where a value that is never stored comes from (the clock)."""

    def actual(self) -> str:
        """The present value."""
        return self.source() if self.source else self.value

    def wire(self) -> Wire:
        """The variable as a message names it."""
        return {"name": self.name} | ({"instance": self.instance} if self.instance else {})

    def report(self) -> Wire:
        """Its element of a NotifyReport."""
        attribute: Wire = {"type": "Actual", "mutability": self.access}
        if self.access != "WriteOnly":
            attribute["value"] = self.actual()
        low, high = self.limits
        characteristics: Wire = {
            "dataType": self.data_type,
            "supportsMonitoring": self.monitored,
            "unit": self.unit,
            "minLimit": low,
            "maxLimit": high,
            "valuesList": ",".join(self.values) or None,
        }
        return {
            "component": self.component.wire(),
            "variable": self.wire(),
            "variableAttribute": [attribute],
            "variableCharacteristics": {k: v for k, v in characteristics.items() if v is not None},
        }

    def takes(self, value: str) -> bool:
        """Whether the value has the right format and lies within the limits (B05.FR.07, B05.FR.08)."""
        if self.data_type == "boolean":
            return value in ("true", "false")
        if self.data_type == "OptionList":
            return value in self.values
        if self.data_type in ("MemberList", "SequenceList"):
            return not self.values or set(value.split(",")) <= set(self.values)
        low, high = self.limits
        if self.data_type not in NUMERIC:
            return high is None or len(value) <= high
        try:
            number = int(value) if self.data_type == "integer" else float(value)
        except ValueError:
            return False
        return (low is None or number >= low) and (high is None or number <= high)

    def __str__(self) -> str:
        instance = f"[{self.instance}]" if self.instance else ""
        return f"{self.component.title()}.{self.name}{instance}{self.component.place()}"


class Model:
    """All variables of the station. `changed` is told every variable whose value has changed."""

    def __init__(self, variables: Iterable[Variable], changed: Callable[[Variable], None]) -> None:
        self.variables = list(variables)
        self._changed = changed

    def find(self, component: Wire, variable: Wire) -> Variable | str:
        """The variable a request names, or `UnknownComponent` or `UnknownVariable`."""
        asked = Component.read(component)
        here = [v for v in self.variables if v.component.is_same(asked)]
        if not here:
            return "UnknownComponent"
        for v in here:
            if same(v.name, variable["name"]) and same(v.instance, variable.get("instance")):
                return v
        return "UnknownVariable"

    def of(self, component: str, name: str) -> Iterator[Variable]:
        """Every variable of that name, at whatever place."""
        return (v for v in self.variables if v.component.name == component and v.name == name)

    def put(self, variable: Variable, value: str) -> None:
        """Gives a variable a value."""
        if variable.value != value:
            variable.value = value
            self._changed(variable)

    def get(self, asked: Wire) -> Wire:
        """One result of GetVariables."""
        attribute = asked.get("attribute_type", "Actual")
        result: Wire = {
            "component": asked["component"],
            "variable": asked["variable"],
            "attributeType": attribute,
        }
        found = self.find(asked["component"], asked["variable"])
        if isinstance(found, str):
            return result | {"attributeStatus": found}
        if attribute != "Actual":
            return result | {"attributeStatus": "NotSupportedAttributeType"}
        if found.access == "WriteOnly":
            return result | {"attributeStatus": "Rejected"}
        return result | {"attributeStatus": "Accepted", "attributeValue": found.actual()}

    def set(self, asked: Wire) -> Wire:
        """One result of SetVariables."""
        attribute = asked.get("attribute_type", "Actual")
        result: Wire = {
            "component": asked["component"],
            "variable": asked["variable"],
            "attributeType": attribute,
        }
        found = self.find(asked["component"], asked["variable"])
        if isinstance(found, str):
            return result | {"attributeStatus": found}
        if attribute != "Actual":
            return result | {"attributeStatus": "NotSupportedAttributeType"}
        if found.access == "ReadOnly" or not found.takes(asked["attribute_value"]):
            return result | {"attributeStatus": "Rejected"}
        self.put(found, asked["attribute_value"])
        return result | {"attributeStatus": "Accepted"}

    def select(self, filters: list[Wire] | None) -> list[Variable]:
        """What a list of component and variable filters selects; no list selects everything."""
        if filters is None:
            return list(self.variables)
        return [v for v in self.variables if any(_selects(f, v) for f in filters)]

    def select_by_criteria(self, criteria: list[str], among: list[Variable]) -> list[Variable]:
        """Those whose component meets one of the criteria (B08.FR.07-10, B08.FR.13)."""
        return [v for v in among if any(self._meets(v.component, c) for c in criteria)]

    def _meets(self, component: Component, criterion: str) -> bool:
        flags = [v.value for v in self.variables if v.component == component and v.name == criterion]
        # A component without the variable counts as active, available or enabled, but not as a problem.
        return "true" in flags or (not flags and criterion != "Problem")


def _selects(asked: Wire, variable: Variable) -> bool:
    if not variable.component.is_selected_by(Component.read(asked["component"])):
        return False
    name = asked.get("variable")
    return name is None or (
        same(variable.name, name["name"])
        and (name.get("instance") is None or same(variable.instance, name["instance"]))
    )
