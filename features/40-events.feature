Feature: Monitors fire when they must, and only then

  Rule: B-0140 An upper threshold alerts and clears

    @id:DX-EVT-001 @req:B-0140 @ocpp:N07.FR.02 @ocpp:N07.FR.06 @ocpp:N07.FR.16 @level:2 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: The value rises above the threshold and returns
      Given a number that can be moved, with an upper threshold above it
      When the value rises above the threshold
      Then the monitor alerts in time
      When the value returns to where it was
      Then the monitor clears in time

  Rule: B-0141 At the threshold there is no alert

    @id:DX-EVT-002 @req:B-0141 @ocpp:N07.FR.16 @level:2 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: The value reaches the threshold exactly, then rises above it
      Given a number that can be moved, with an upper threshold above it
      When the value reaches the threshold exactly
      And the value rises above the threshold
      Then the monitor has alerted above the threshold only

    @id:DX-EVT-015 @req:B-0141 @ocpp:N07.FR.17 @level:2 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: The value reaches a lower threshold exactly, then drops below it
      Given a number that can be moved, with a lower threshold below it
      When the value reaches the threshold exactly
      And the value drops below the threshold
      Then the monitor was silent until the value was below the threshold

  Rule: B-0142 A lower threshold alerts and clears

    @id:DX-EVT-003 @req:B-0142 @ocpp:N07.FR.02 @ocpp:N07.FR.06 @ocpp:N07.FR.17 @level:2 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: The value drops below the threshold and returns
      Given a number that can be moved, with a lower threshold below it
      When the value drops below the threshold
      Then the monitor alerts in time
      When the value returns to where it was
      Then the monitor clears in time

  Rule: B-0143 Any change of a state is a delta

    @id:DX-EVT-004 @req:B-0143 @ocpp:N07.FR.06 @ocpp:N07.FR.19 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The availability of an EVSE changes and changes back
      Given the availability of an EVSE with a delta monitor
      When the EVSE is made inoperative
      Then the monitor reports the change in time
      When the EVSE is made operative
      Then the monitor reports the change in time

  Rule: B-0144 The reference of a delta moves with each event

    @id:DX-EVT-005 @req:B-0144 @ocpp:N07.FR.18 @level:2 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: The value climbs in steps
      Given a number that can be moved, with a delta monitor
      When the value climbs by one delta, two, two and a half, and three and a half
      Then the monitor has fired at two and at three and a half deltas only

  Rule: B-0147 A removed monitor is silent

    @id:DX-EVT-006 @req:B-0147 @ocpp:N06.FR.01 @ocpp:N07.FR.12 @level:2 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: A monitor is removed while it is exceeded
      Given a number that can be moved, with two upper thresholds above it
      And the value rises above the threshold
      And both monitors have alerted
      When the second monitor is removed
      And the value returns to where it was
      Then the first monitor clears in time
      And the second monitor is silent

  Rule: B-0148 The monitoring level lets through what is severe enough

    @id:DX-EVT-007 @req:B-0148 @ocpp:N05.FR.01 @ocpp:N05.FR.03 @ocpp:N07.FR.15 @level:2 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: Monitors at the level and below it
      Given a number that can be moved, with upper thresholds of three severities
      When the monitoring level is set to the middle severity
      Then the request is accepted
      When the value rises above the threshold
      Then the monitors of the two more severe severities alert in time
      And the monitor of the least severe severity is silent

  Rule: B-0149 A level outside 0 to 9 is refused

    @id:DX-EVT-008 @req:B-0149 @ocpp:N05.FR.02 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Level 10
      When the monitoring level is set to 10
      Then the request is answered "Rejected"

  Rule: B-0150 A threshold moved across the value is reported

    @id:DX-EVT-011 @req:B-0150 @ocpp:N07.FR.11 @level:2 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The threshold is moved below the value and back above it
      Given a number, with an upper threshold above it
      When the threshold is moved below the value
      Then the monitor alerts in time
      When the threshold is moved back above the value
      Then the monitor clears in time

    @id:DX-EVT-014 @req:B-0150 @ocpp:N07.FR.11 @level:2 @v:2.0.1 @stimulus:protocol @impact:restores
    Scenario: The threshold is moved below the value of a station that may keep silent about it
      Given a number, with an upper threshold above it
      When the threshold is moved below the value
      Then the monitor alerts in time, or says nothing of it

  Rule: B-0151 One crossing is one alert

    @id:DX-EVT-012 @req:B-0151 @ocpp:N07.FR.16 @level:2 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: The value goes on rising above the threshold
      Given a number that can be moved, with an upper threshold above it
      When the value rises above the threshold
      And the value rises further
      And the value returns to where it was
      Then the monitor clears in time
      And the monitor has alerted once

  Rule: B-0154 A monitor for transactions waits for one

    @id:DX-EVT-013 @req:B-0154 @ocpp:N07.FR.16 @level:2 @v:2.0.1 @v:2.1 @stimulus:hook @impact:restores
    Scenario: The value rises above the threshold without and with a transaction
      Given a number of an EVSE that the rig can move, with an ordinary upper threshold and one for transactions
      When the value rises above the threshold
      Then the first monitor alerts in time
      And the second monitor is silent without a transaction
      When the value returns to where it was
      And a transaction starts
      And the value rises above the threshold
      Then the monitor alerts in time

  Rule: B-0145 A periodic monitor keeps its interval

    @id:DX-EVT-009 @req:B-0145 @ocpp:N08.FR.05 @ocpp:N08.FR.06 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores @beside
    Scenario: Three intervals of a periodic monitor
      Given a variable that takes a "Periodic" monitor
      When the monitor is set to the interval of the row
      Then the monitor ticks three times in time
      And the ticks keep the interval

  Rule: B-0146 A clock-aligned monitor keeps to the clock

    @id:DX-EVT-010 @req:B-0146 @ocpp:N08.FR.05 @ocpp:N08.FR.07 @level:2 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores @beside
    Scenario: Three ticks of a clock-aligned monitor
      Given a variable that takes a "PeriodicClockAligned" monitor
      When the monitor is set to the interval of the row
      Then the monitor ticks three times in time
      And the ticks after the first fall on multiples of the interval
