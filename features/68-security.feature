Feature: The link is secured, and what endangers the station is told

  Rule: B-0487 A start is a security event

    @id:DX-SEC-001 @req:B-0487 @ocpp:A04.FR.01 @ocpp:A04.FR.02 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The start after a reset
      Given a restart that the station was asked for
      Then it has told of its start as a security event

  Rule: B-0488 An opened housing is tampering

    @id:DX-SEC-002 @req:B-0488 @ocpp:A04.FR.01 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: The housing is opened
      Given a housing that the laboratory can open
      When it is opened
      Then the station tells of it as tampering

  Rule: B-0482 A refused password is tried again

    @id:DX-SEC-003 @req:B-0482 @level:3 @v:2.0.1 @v:2.1 @needs:basic-authentication @stimulus:protocol @impact:disruptive
    Scenario: The password is refused for a while
      When the password of the station is refused for a while
      Then it has kept trying, and is back when it is let in again

  Rule: B-0483 A new password counts at once, and alone

    @id:DX-SEC-004 @req:B-0483 @ocpp:A01.FR.01 @level:3 @v:2.0.1 @v:2.1 @needs:basic-authentication @stimulus:protocol @impact:disruptive
    Scenario: The password is changed
      When the password of the station is changed, and it connects anew
      Then it has used the new password, and only that

  Rule: B-0484 A back end that cannot be trusted is refused

    @id:DX-SEC-005 @req:B-0484 @ocpp:A00.FR.308 @ocpp:A00.FR.309 @ocpp:A00.FR.310 @ocpp:A00.FR.311 @ocpp:A00.FR.411 @ocpp:A00.FR.412 @ocpp:A00.FR.413 @ocpp:A00.FR.414 @ocpp:A04.FR.02 @level:3 @v:2.0.1 @v:2.1 @needs:tls @stimulus:protocol @impact:disruptive
    Scenario: Somebody poses as the back end
      When the back end shows a certificate that nobody can trust for a while
      Then the station has not connected to it, and tells of it once it is back

  Rule: B-0490 A back end that does not know the station is tried again

    @id:DX-SEC-010 @req:B-0490 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The identity is unknown for a while
      When the back end does not know the station for a while
      Then it has kept trying, and is back when it is let in again

  Rule: B-0491 A refused certificate is tried again

    @id:DX-SEC-011 @req:B-0491 @level:3 @v:2.0.1 @v:2.1 @needs:client-certificate @stimulus:protocol @impact:disruptive
    Scenario: The certificate is of an unknown authority for a while
      When the certificate of the station is refused for a while as one of an unknown authority
      Then it has kept trying, and is back when it is let in again

    @id:DX-SEC-012 @req:B-0491 @ocpp:A00.FR.430 @level:3 @v:2.0.1 @v:2.1 @needs:client-certificate @stimulus:protocol @impact:disruptive
    Scenario: The certificate counts as expired for a while
      When the certificate of the station is refused for a while as expired
      Then it has kept trying, and is back when it is let in again
