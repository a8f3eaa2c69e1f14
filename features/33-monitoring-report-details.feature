Feature: The monitoring report is right in every detail

  Rule: B-0108 What a filter leaves out is a wildcard

    @id:DX-MRD-001 @req:B-0108 @ocpp:N02.FR.19 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A component, wherever it is
      Given a filter that leaves out where a monitored component is
      When the monitoring report is requested with the filter
      Then the request is accepted
      And the report holds every monitor that the filter selects and no other

    @id:DX-MRD-002 @req:B-0108 @ocpp:N02.FR.18 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A component at any connector of an EVSE
      Given a filter that leaves out at which connector of its EVSE a monitored component is
      When the monitoring report is requested with the filter
      Then the request is accepted
      And the report holds every monitor that the filter selects and no other

    @id:DX-MRD-003 @req:B-0108 @ocpp:N02.FR.21 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A component in any instance
      Given a filter that leaves out which instance of a monitored component is meant
      When the monitoring report is requested with the filter
      Then the request is accepted
      And the report holds every monitor that the filter selects and no other

    @id:DX-MRD-004 @req:B-0108 @ocpp:N02.FR.20 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: One instance of a component and no other
      Given a filter that names the instance of a monitored component
      When the monitoring report is requested with the filter
      Then the request is accepted
      And the report holds every monitor that the filter selects and no other

    @id:DX-MRD-005 @req:B-0108 @ocpp:N02.FR.17 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A variable in any instance
      Given a filter that leaves out which instance of a monitored variable is meant
      When the monitoring report is requested with the filter
      Then the request is accepted
      And the report holds every monitor that the filter selects and no other

  Rule: B-0109 The report says who provided a monitor

    @id:DX-MRD-006 @req:B-0109 @ocpp:N02.FR.22 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: A monitor of the operator
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the monitoring report is requested
      Then the request is accepted
      And the report says that the operator set the monitor
      And the report calls no monitor a notification
