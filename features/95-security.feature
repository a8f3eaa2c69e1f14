Feature: What the connections and messages of the run show of security

  Rule: B-0481 Name and password come with every connection

    @id:DX-SEC-006 @req:B-0481 @ocpp:A00.FR.202 @ocpp:A00.FR.203 @ocpp:A00.FR.204 @ocpp:A00.FR.301 @ocpp:A00.FR.302 @ocpp:A00.FR.303 @level:3 @v:2.0.1 @v:2.1 @needs:basic-authentication @stimulus:none @impact:read-only
    Scenario: The credentials of all connections of the run
      Given a connected station
      Then every attempt of the station to connect in this run has shown its name and a password

  Rule: B-0485 Connections are not weakly encrypted

    @id:DX-SEC-007 @req:B-0485 @ocpp:A00.FR.313 @ocpp:A00.FR.316 @ocpp:A00.FR.416 @ocpp:A00.FR.419 @level:3 @v:2.0.1 @v:2.1 @needs:tls @stimulus:none @impact:read-only
    Scenario: The encryption of all connections of the run
      Given a connected station
      Then every connection of this run uses TLS 1.2 or newer

  Rule: B-0486 The certificate of the station names it

    @id:DX-SEC-008 @req:B-0486 @ocpp:A00.FR.401 @ocpp:A00.FR.402 @ocpp:A00.FR.511 @level:3 @v:2.0.1 @v:2.1 @needs:client-certificate @stimulus:none @impact:read-only
    Scenario: The certificate of the station
      Given a connected station
      Then the certificate of the station carries the serial number it boots with

  Rule: B-0489 Secrets are not sent

    @id:DX-SEC-009 @req:B-0489 @ocpp:B06.FR.09 @ocpp:B07.FR.03 @ocpp:B08.FR.03 @ocpp:N07.FR.10 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The values in all messages of the run
      Given the full inventory of the station
      Then no message of this run shows the value of a variable that can only be written
