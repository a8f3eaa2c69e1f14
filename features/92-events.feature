Feature: What every event of the run is like, whatever it reports

  Rule: B-0321 Every event has an id of its own

    @id:DX-HYG-001 @req:B-0321 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The ids of all events of the run
      Given a connected station
      Then no two events of the run have the same id

  Rule: B-0322 Long notifications are numbered

    @id:DX-HYG-002 @req:B-0322 @ocpp:N07.FR.07 @ocpp:N08.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The parts of all notifications of the run
      Given a connected station
      Then the parts of every continued notification of the run are numbered without a gap

  Rule: B-0323 An alert and its return alternate

    @id:DX-HYG-003 @req:B-0323 @ocpp:N07.FR.02 @ocpp:N07.FR.16 @ocpp:N07.FR.17 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The alerts and returns of all thresholds of the run
      Given a connected station
      Then the alerts and returns of every threshold of the run alternate

  Rule: B-0324 Events name what is known

    @id:DX-HYG-004 @req:B-0324 @ocpp:N07.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The variables and monitors of all events of the run
      Given the full inventory of the station
      Then every event of the run is about a variable of the inventory and a monitor that is known

  Rule: B-0325 Events say how urgent they are

    @id:DX-HYG-005 @req:B-0325 @ocpp:N07.FR.20 @ocpp:N07.FR.21 @level:3 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The severities of all events of the run
      Given a connected station
      Then every event of the run says the severity of its monitor

  Rule: B-0326 Events say whose monitor fired

    @id:DX-HYG-006 @req:B-0326 @ocpp:N04.FR.15 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The classes of all events of the run
      Given a connected station
      Then every event of the run says truthfully whose monitor fired

  Rule: B-0327 No event is from the future

    @id:DX-HYG-007 @req:B-0327 @ocpp:N07.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The times of all events of the run
      Given a connected station
      Then no event of the run happened after its message was made, and no message was made after it arrived

  Rule: B-0329 The values are values of their variables

    @id:DX-HYG-008 @req:B-0329 @ocpp:N07.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The values of all events of the run
      Given the full inventory of the station
      Then every value in an event of the run is one that its variable can have

  Rule: B-0331 Causes are events already sent

    @id:DX-HYG-009 @req:B-0331 @ocpp:N07.FR.05 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The causes named in the run
      Given a connected station
      Then every cause named in the run is an event already sent

  Rule: B-0305 A roll-up names its cause

    @id:DX-HYG-010 @req:B-0305 @ocpp:N07.FR.05 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The roll-ups of the run and their causes
      Given a connected station
      Then every roll-up of the run names the event it follows from

  Rule: B-0306 A roll-up does not outrank its cause

    @id:DX-HYG-011 @req:B-0306 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The severities of the roll-ups of the run
      Given a connected station
      Then no roll-up of the run is more urgent than its cause

  Rule: B-0308 Faults carry a code

    @id:DX-HYG-012 @req:B-0308 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The codes of the faults of the run
      Given a connected station
      Then every fault with a published code that was reported in the run carries a code
