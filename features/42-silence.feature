Feature: Monitors are silent when they must be, and go on afterwards

  Rule: B-0159 A periodic monitor that was removed stops

    @id:DX-SIL-001 @req:B-0159 @ocpp:N06.FR.01 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: One of two periodic monitors is removed
      Given two monitors of different severity that tick at the interval of the row
      When the second of them is removed
      Then the second falls silent for three intervals while the first goes on

  Rule: B-0173 The monitoring level holds samples back too

    @id:DX-SIL-002 @req:B-0173 @ocpp:N05.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: Periodic monitors at the level and above it
      Given two monitors of different severity that tick at the interval of the row
      When the monitoring level is set so that the second is not severe enough
      Then the request is accepted
      And the second falls silent for three intervals while the first goes on
      When the monitoring level is set to 9
      Then the request is accepted
      And the second ticks again

  Rule: B-0174 The level in force can be read

    @id:DX-SIL-003 @req:B-0174 @ocpp:N05.FR.01 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Two levels, one after the other
      When the monitoring level is set to 7
      Then the request is accepted
      And the station says that level 7 is in force
      When the monitoring level is set to 9
      Then the request is accepted
      And the station says that level 9 is in force

  Rule: B-0161 Monitoring can be switched off and on

    @id:DX-SIL-004 @req:B-0161 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: A periodic monitor while monitoring is off
      Given a monitor that ticks at the interval of the row
      When monitoring is switched off
      Then the monitor falls silent for three intervals, and the station still answers
      When monitoring is switched on again
      Then the monitor ticks again
      And the monitoring report holds the monitor as it was set

  Rule: B-0330 An event that goes wrong is not the last one

    @id:DX-SIL-005 @req:B-0330 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: One event is refused, another is not answered
      Given a monitor that ticks at the interval of the row
      When an event is refused, and the next one left unanswered
      Then the monitor ticks again
      And the station still answers

  Rule: B-0328 A station that is left alone says little

    @id:DX-SIL-006 @req:B-0328 @level:3 @v:2.0.1 @v:2.1 @stimulus:passive @impact:restores
    Scenario: A quiet minute
      When the station is left alone for the time of the row
      Then it has sent no more events of its own than the row allows
