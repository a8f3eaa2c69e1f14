Feature: What an operator set survives a reboot

  Rule: B-0153 Monitors are kept

    @id:DX-REB-001 @req:B-0153 @ocpp:N07.FR.13 @ocpp:N04.FR.19 @ocpp:B11.FR.03 @ocpp:B11.FR.04 @level:2 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The station is reset with a monitor set
      Given a variable that takes a "Delta" monitor
      And the monitor is set
      When the station is reset and is back
      Then the monitoring report holds the monitor as it was set, whatever its id
