Feature: The monitoring base decides which monitors there are

  Rule: B-0170 Only what is built in

    @id:DX-BASE-001 @req:B-0170 @ocpp:N03.FR.01 @ocpp:N03.FR.05 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: HardWiredOnly removes custom monitors for good
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the monitoring base is set to "HardWiredOnly"
      Then the request is accepted
      And the monitoring report holds the monitor no more
      When the monitoring base is set to "All"
      Then the request is accepted
      And the monitoring report holds the monitor no more

  Rule: B-0171 What the maker ships

    @id:DX-BASE-002 @req:B-0171 @ocpp:N03.FR.01 @ocpp:N03.FR.04 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: FactoryDefault removes custom monitors for good
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the monitoring base is set to "FactoryDefault"
      Then the request is accepted
      And the monitoring report holds the monitor no more
      When the monitoring base is set to "All"
      Then the request is accepted
      And the monitoring report holds the monitor no more

  Rule: B-0172 Everything

    @id:DX-BASE-003 @req:B-0172 @ocpp:N03.FR.01 @ocpp:N03.FR.03 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: All keeps custom monitors
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the monitoring base is set to "All"
      Then the request is accepted
      And the monitoring report holds the monitor as it was set

  Rule: B-0133 What is built in stays

    @id:DX-BASE-004 @req:B-0133 @ocpp:N06.FR.03 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A built-in monitor cannot be removed
      Given a built-in monitor
      When the monitor is removed
      Then there is one result for each element of the request
      And the removal is "Rejected"
      And the monitoring report holds the monitor as it was set

  Rule: B-0134 What is built in stays as it is

    @id:DX-BASE-005 @req:B-0134 @ocpp:N04.FR.18 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A built-in monitor cannot be replaced
      Given a built-in monitor
      When the monitor is replaced with another value and severity
      Then there is one result for each element of the request
      And the monitor is refused as "Rejected"
      And the monitoring report holds the first monitor as it was set

  Rule: B-0135 The factory default brings back what was replaced

    @id:DX-BASE-006 @req:B-0135 @ocpp:N03.FR.04 @ocpp:N04.FR.12 @ocpp:N04.FR.15 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A preconfigured monitor is replaced and comes back
      Given a preconfigured monitor
      When the monitor is replaced with another value and severity
      Then there is one result for each element of the request
      And the monitor is accepted with the same id
      And the monitoring report holds the monitor as it was set
      When the monitoring base is set to "FactoryDefault"
      Then the request is accepted
      And the monitoring report holds the first monitor as it was set
