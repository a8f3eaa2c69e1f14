Feature: The monitoring report shows what is monitored

  Rule: B-0102 A criterion narrows the report

    @id:DX-REP-002 @req:B-0102 @ocpp:N02.FR.05 @ocpp:N02.FR.06 @ocpp:N02.FR.12 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Thresholds only
      Given an "UpperThreshold", a "Delta" and a "Periodic" monitor
      When the monitoring report is requested for "ThresholdMonitoring"
      Then the request is accepted
      And the report holds the "UpperThreshold" monitor and none of another kind

    @id:DX-REP-003 @req:B-0102 @ocpp:N02.FR.05 @ocpp:N02.FR.06 @ocpp:N02.FR.13 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Deltas only
      Given an "UpperThreshold", a "Delta" and a "Periodic" monitor
      When the monitoring report is requested for "DeltaMonitoring"
      Then the request is accepted
      And the report holds the "Delta" monitor and none of another kind

    @id:DX-REP-004 @req:B-0102 @ocpp:N02.FR.05 @ocpp:N02.FR.06 @ocpp:N02.FR.14 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Periodic monitors only
      Given an "UpperThreshold", a "Delta" and a "Periodic" monitor
      When the monitoring report is requested for "PeriodicMonitoring"
      Then the request is accepted
      And the report holds the "Periodic" monitor and none of another kind

  Rule: B-0103 A variable narrows the report

    @id:DX-REP-005 @req:B-0103 @ocpp:N02.FR.08 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The monitors of one variable only
      Given two variables that take a "Delta" monitor
      And a monitor is set on each
      When the monitoring report is requested for the first variable
      Then the request is accepted
      And the report holds the monitor as it was set and none of another variable

  Rule: B-0104 A report on nothing is not sent

    @id:DX-REP-006 @req:B-0104 @ocpp:N02.FR.10 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Filters that select nothing
      Given a variable that takes a "Delta" monitor
      When the monitoring report is requested for a kind of monitor the variable does not have
      Then the request is answered "EmptyResultSet"
      And no part of the report is sent

  Rule: B-0105 A component without a variable selects all its variables

    @id:DX-REP-007 @req:B-0105 @ocpp:N02.FR.16 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The monitors of one component only
      Given two variables of one component that take a "Delta" monitor
      And a monitor is set on each
      When the monitoring report is requested for their component
      Then the request is accepted
      And the report holds every monitor as it was set and none of another component

  Rule: B-0106 Several criteria are added up

    @id:DX-REP-008 @req:B-0106 @ocpp:N02.FR.06 @ocpp:N02.FR.12 @ocpp:N02.FR.14 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Thresholds and periodic monitors
      Given an "UpperThreshold", a "Delta" and a "Periodic" monitor
      When the monitoring report is requested for "ThresholdMonitoring" and "PeriodicMonitoring"
      Then the request is accepted
      And the report holds the "UpperThreshold" and the "Periodic" monitor and no "Delta" monitor

  Rule: B-0107 A criterion and a variable are intersected

    @id:DX-REP-009 @req:B-0107 @ocpp:N02.FR.05 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: The delta monitors of one variable
      Given one variable with a "Periodic" and a "Delta" monitor
      When the monitoring report is requested for "DeltaMonitoring" of the variable
      Then the request is accepted
      And the report holds the "Delta" monitor and none of another kind
      And the report holds the monitor as it was set and none of another variable
