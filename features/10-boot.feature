Feature: The station introduces itself

  Rule: B-0001 A station that connects announces itself first

    @id:DX-BOOT-001 @req:B-0001 @ocpp:B01.FR.01 @ocpp:B01.FR.08 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: BootNotification comes before anything else
      Given a connected station
      Then the station has announced itself before anything else
