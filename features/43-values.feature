Feature: What an event says of a value is true

  Rule: B-0162 The value of the event is the value that is read

    @id:DX-EVV-001 @req:B-0162 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: A value that was written is told, and read
      Given a number that may be written, with a delta monitor
      When it is written with a value that makes the monitor fire
      Then the monitor reports the change in time
      And reading the variable gives the value of the event

  Rule: B-0157 A value far from its target is reported

    @id:DX-EVV-002 @req:B-0157 @ocpp:N07.FR.02 @ocpp:N07.FR.22 @level:3 @v:2.1 @stimulus:hook @impact:restores
    Scenario: The value leaves its target and returns
      Given a number with a target that the rig can move, and a monitor on its distance from the target
      When the value moves further from its target than the monitor allows
      Then the monitor alerts in time
      When the value returns to where it was
      Then the monitor clears in time

  Rule: B-0158 A relative distance is a share of the target

    @id:DX-EVV-003 @req:B-0158 @ocpp:N07.FR.02 @ocpp:N07.FR.23 @level:3 @v:2.1 @stimulus:hook @impact:restores
    Scenario: The value leaves its target by less than the share, then by more
      Given a number with a target that the rig can move, and a monitor on its distance as a share of the target
      When the value moves away from its target by less than the share, then by more
      Then the monitor has alerted beyond its share of the target only
      When the value returns to where it was
      Then the monitor clears in time

  Rule: B-0156 The value of a write-only variable is not told

    @id:DX-EVV-004 @req:B-0156 @ocpp:N07.FR.10 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: A periodic monitor on a secret
      Given a write-only variable with a monitor that ticks at the interval of the row
      Then its event says nothing of the value
