"""What the station answers about its inventory and its monitors."""

from __future__ import annotations

from typing import Any

from ocpp.routing import on

from model import Model, Variable, Wire, now
from monitoring import Monitoring
from session import Session

REPORT_PART = 20
"""Variables in one NotifyReport."""
MONITORING_PART = 10
"""Variables in one NotifyMonitoringReport."""


class Device(Session):
    """A station with variables and monitors."""

    model: Model
    monitoring: Monitoring

    # Inventory (B05 to B08)

    @on("GetBaseReport")
    def get_base_report(self, request_id: int, report_base: str, **_: Any) -> Any:
        """The full inventory, or what can be written."""
        variables = self.model.variables
        if report_base == "ConfigurationInventory":
            variables = [v for v in variables if v.access != "ReadOnly"]
        elif report_base != "FullInventory":
            return self.response.GetBaseReport(status="NotSupported")
        self._send_report(request_id, variables)
        return self.response.GetBaseReport(status="Accepted")

    @on("GetReport")
    def get_report(
        self,
        request_id: int,
        component_variable: list[Wire] | None = None,
        component_criteria: list[str] | None = None,
        **_: Any,
    ) -> Any:
        """What the filters select."""
        variables = self.model.select(component_variable)
        if component_criteria is not None:
            variables = self.model.select_by_criteria(component_criteria, variables)
        if not variables:
            return self.response.GetReport(status="EmptyResultSet")
        self._send_report(request_id, variables)
        return self.response.GetReport(status="Accepted")

    @on("GetVariables")
    def get_variables(self, get_variable_data: list[Wire], **_: Any) -> Any:
        """One result for each element."""
        results = [self.model.get(asked) for asked in get_variable_data]
        return self.response.GetVariables(get_variable_result=results)

    @on("SetVariables")
    def set_variables(self, set_variable_data: list[Wire], **_: Any) -> Any:
        """One result for each element."""
        results = [self.model.set(asked) for asked in set_variable_data]
        return self.response.SetVariables(set_variable_result=results)

    # Monitoring (N02 to N06)

    @on("GetMonitoringReport")
    def get_monitoring_report(
        self,
        request_id: int,
        component_variable: list[Wire] | None = None,
        monitoring_criteria: list[str] | None = None,
        **_: Any,
    ) -> Any:
        """The monitors that the filters select."""
        report = self.monitoring.report(monitoring_criteria, component_variable)
        # IMPERFECTION 9: a report on nothing should not be sent but answered EmptyResultSet (N02.FR.10).
        for seq_no, start in enumerate(range(0, max(len(report), 1), MONITORING_PART)):
            end = start + MONITORING_PART
            message = self.request.NotifyMonitoringReport(
                request_id=request_id,
                generated_at=now(),
                seq_no=seq_no,
                tbc=end < len(report),
                monitor=report[start:end] or None,
            )
            self.send(message)
        return self.response.GetMonitoringReport(status="Accepted")

    @on("SetVariableMonitoring")
    def set_variable_monitoring(self, set_monitoring_data: list[Wire], **_: Any) -> Any:
        """One result for each element."""
        results = [self.monitoring.set(asked) for asked in set_monitoring_data]
        return self.response.SetVariableMonitoring(set_monitoring_result=results)

    @on("ClearVariableMonitoring")
    def clear_variable_monitoring(self, id: list[int], **_: Any) -> Any:
        """One result for each id."""
        results = [{"id": one, "status": self.monitoring.clear(one)} for one in id]
        return self.response.ClearVariableMonitoring(clear_monitoring_result=results)

    @on("SetMonitoringLevel")
    def set_monitoring_level(self, severity: int, **_: Any) -> Any:
        """Limits which events are sent."""
        return self.response.SetMonitoringLevel(status=self.monitoring.set_level(severity))

    @on("SetMonitoringBase")
    def set_monitoring_base(self, monitoring_base: str, **_: Any) -> Any:
        """Goes back to a set of monitors."""
        return self.response.SetMonitoringBase(status=self.monitoring.set_base(monitoring_base))

    def _send_report(self, request_id: int, variables: list[Variable]) -> None:
        for seq_no, start in enumerate(range(0, len(variables), REPORT_PART)):
            end = start + REPORT_PART
            message = self.request.NotifyReport(
                request_id=request_id,
                generated_at=now(),
                seq_no=seq_no,
                tbc=end < len(variables),
                report_data=[v.report() for v in variables[start:end]],
            )
            self.send(message)
