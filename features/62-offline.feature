Feature: What happens without a connection is told later

  Rule: B-0341 A station comes back by itself

    @id:DX-OFF-001 @req:B-0341 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The connection is closed politely, then cut
      When the connection is closed politely, and then cut
      Then the station has connected again by itself each time, and answers

  Rule: B-0349 A lost connection is no boot

    @id:DX-OFF-002 @req:B-0349 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: Nothing is announced after a mere reconnection
      When the connection is closed politely, and then cut
      Then the station has not announced a boot

  Rule: B-0351 After a short outage only what has changed is told

    @id:DX-OFF-003 @req:B-0351 @ocpp:B04.FR.02 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: No state of a connector is told twice
      When the connection is closed politely, and then cut
      Then after an outage shorter than the offline threshold it has told only states that have changed

  Rule: B-0342 What is severe enough is queued

    @id:DX-OFF-004 @req:B-0342 @ocpp:N08.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The values of a periodic monitor after a polite end
      Given an outage with a periodic monitor that is queued and one that is not
      Then the values that fell due meanwhile are delivered, each once

  Rule: B-0344 What is not severe enough is not queued

    @id:DX-OFF-005 @req:B-0344 @ocpp:N07.FR.04 @ocpp:N08.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The values of a milder monitor are gone
      Given an outage with a periodic monitor that is queued and one that is not
      Then nothing that is not severe enough is delivered

  Rule: B-0345 What is told later keeps its time

    @id:DX-OFF-006 @req:B-0345 @ocpp:N07.FR.04 @ocpp:N08.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: Time stamps lie in the outage
      Given an outage with a periodic monitor that is queued and one that is not
      Then they bear the times at which they fell due

  Rule: B-0348 What is told later keeps its order

    @id:DX-OFF-007 @req:B-0348 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: Values of one monitor in their order
      Given an outage with a periodic monitor that is queued and one that is not
      Then they arrive in the order in which they fell due

  Rule: B-0350 After a long outage every state is told

    @id:DX-OFF-008 @req:B-0350 @ocpp:B04.FR.01 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: An outage longer than the offline threshold
      Given an outage longer than the offline threshold
      Then the state of each connector is told after it

  Rule: B-0346 A cut loses nothing either

    @id:DX-OFF-009 @req:B-0346 @ocpp:N07.FR.04 @ocpp:N08.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The values of a periodic monitor after a cut
      Given an outage without a word, with a periodic monitor that is queued
      Then the values that fell due after the cut are delivered, each once

  Rule: B-0347 Sent is not delivered

    @id:DX-OFF-010 @req:B-0347 @ocpp:N07.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: An event is not answered before the connection is lost
      Given an outage that began before an event was answered
      Then the event is sent again

  Rule: B-0352 There is room for a bad night

    @id:DX-OFF-011 @req:B-0352 @ocpp:N07.FR.04 @ocpp:N08.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: A hundred events without a connection
      Given periodic monitors that make as many events in an outage as the row asks for
      When the connection is away for the interval of the row
      Then all of them are delivered

  Rule: B-0343 Alerts are queued as well

    @id:DX-OFF-012 @req:B-0343 @ocpp:N07.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: A value rises above the threshold and returns without a connection
      Given an outage in which alerts came and one of them stayed
      Then the alert that was severe enough is delivered, and its end too

  Rule: B-0353 What still holds is told

    @id:DX-OFF-013 @req:B-0353 @ocpp:N07.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: An alert that was not queued is still there
      Given an outage in which alerts came and one of them stayed
      Then the alert that still holds is told, though it was not severe enough to be queued
