Feature: Data of customers are told and erased on request

  Rule: B-0441 Of a customer nobody knows there are no data

    @id:DX-CUS-001 @req:B-0441 @ocpp:N09.FR.02 @ocpp:N09.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The data of a customer nobody knows are asked for
      When the data of a customer nobody knows are asked for
      Then the request is accepted
      And one message says that there are none

  Rule: B-0442 Erasing is confirmed

    @id:DX-CUS-002 @req:B-0442 @ocpp:N10.FR.01 @ocpp:N10.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The data of a customer nobody knows are to be erased, without a report
      When the data of a customer nobody knows are to be erased
      Then the request is accepted
      And one message says so

  Rule: B-0443 Nothing was found, and nothing was erased

    @id:DX-CUS-003 @req:B-0443 @ocpp:N10.FR.01 @ocpp:N10.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The data of a customer nobody knows are to be erased and reported
      When the data of a customer nobody knows are to be erased and reported
      Then the request is accepted
      And one message says that there are none

  Rule: B-0444 One customer, by one kind of name

    @id:DX-CUS-004 @req:B-0444 @ocpp:N09.FR.09 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: No customer is named
      When customer data are asked for without naming a customer
      Then the request is answered "Invalid"
      And nothing is told of a customer

    @id:DX-CUS-005 @req:B-0444 @ocpp:N09.FR.09 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A customer is named in two ways
      When customer data are asked for by two kinds of name
      Then the request is answered "Invalid"
      And nothing is told of a customer

  Rule: B-0445 A request for nothing is refused

    @id:DX-CUS-006 @req:B-0445 @ocpp:N09.FR.07 @ocpp:N10.FR.07 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: Neither a report nor an erasure is asked for
      When the data of a customer are neither to be erased nor reported
      Then the request is answered "Rejected"
      And nothing is told of a customer

  Rule: B-0446 The data of a known customer are told

    @id:DX-CUS-007 @req:B-0446 @ocpp:N09.FR.05 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The data of a customer on the local authorization list are asked for
      Given a customer on the local authorization list
      When the data of that customer are asked for
      Then the request is accepted
      And the station tells what it knows

  Rule: B-0447 Erasing leaves the local authorization list alone

    @id:DX-CUS-008 @req:B-0447 @ocpp:N10.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The data of a customer who has charged are erased and reported
      Given a customer on the local authorization list who has charged
      When the data of that customer are to be erased and reported
      Then the request is accepted
      And the local authorization list is as it was
      When the data of that customer are asked for
      Then what was erased is not told again
