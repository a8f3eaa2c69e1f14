Feature: A monitor that makes no sense is refused, and leaves nothing behind

  Rule: B-0125 A delta of zero is refused

    @id:DX-RFM-001 @req:B-0125 @ocpp:N04.FR.20 @level:3 @v:2.1 @stimulus:none @impact:restores
    Scenario: A delta of zero on a number
      Given a number that takes a "Delta" monitor
      When a delta of 0 is tried
      Then there is one result for each element of the request
      And the monitor is refused as "Rejected"

  Rule: B-0127 A refusal leaves no monitor behind

    @id:DX-RFM-002 @req:B-0127 @ocpp:N04.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Several monitors that cannot be
      Given a variable that takes a "Periodic" monitor
      And the monitor is set
      And the monitors that there are now
      When a monitor on an unknown component, a negative delta, a duplicate and a threshold beyond the limit are tried
      Then the monitoring report holds what it held before, and no monitor that was refused
