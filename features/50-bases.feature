Feature: The monitoring base decides which monitors there are

  Rule: B-0170 Only what is built in

    @id:DX-BASE-001 @req:B-0170 @ocpp:N03.FR.01 @ocpp:N03.FR.05 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: HardWiredOnly removes custom monitors
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the monitoring base is set to "HardWiredOnly"
      Then the request is accepted
      And the monitoring report holds the monitor no more

  Rule: B-0171 What the maker ships

    @id:DX-BASE-002 @req:B-0171 @ocpp:N03.FR.01 @ocpp:N03.FR.04 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: FactoryDefault removes custom monitors
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the monitoring base is set to "FactoryDefault"
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
