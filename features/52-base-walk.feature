Feature: The bases can be walked through, and nothing is lost on the way

  Rule: B-0174 The base in force can be read

    @id:DX-WLK-001 @req:B-0174 @ocpp:N03.FR.01 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: Each base, one after the other
      Given a walk through the monitoring bases
      Then the station said at each stage which base is in force

  Rule: B-0175 What is preconfigured comes back

    @id:DX-WLK-002 @req:B-0175 @ocpp:N03.FR.03 @ocpp:N03.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: From the built-in monitors back to all, and to those of the factory
      Given a walk through the monitoring bases
      Then every preconfigured monitor was there again after the built-in ones alone

  Rule: B-0176 Only what is built in is listed as such

    @id:DX-WLK-003 @req:B-0176 @ocpp:N03.FR.05 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The monitors under HardWiredOnly
      Given a walk through the monitoring bases
      Then only built-in monitors were listed while only they were in force

  Rule: B-0302 What is built in stays as it is

    @id:DX-WLK-004 @req:B-0302 @ocpp:N03.FR.05 @ocpp:N06.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The built-in monitors under every base
      Given a walk through the monitoring bases
      Then every built-in monitor was there, as it was, at each stage

  Rule: B-0136 A preconfigured monitor that was replaced is the operator's

    @id:DX-WLK-005 @req:B-0136 @ocpp:N04.FR.15 @ocpp:N03.FR.04 @level:3 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A preconfigured monitor is replaced, and comes back
      Given a preconfigured monitor
      When the monitor is replaced with another value and severity
      Then the monitor is accepted with the same id
      And the monitoring report says that the operator set the monitor
      When the monitoring base is set to "FactoryDefault"
      Then the request is accepted
      And the monitoring report says that the maker preconfigured the monitor
